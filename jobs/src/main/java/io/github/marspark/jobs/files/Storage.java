package io.github.marspark.jobs.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/** Finds the file system of an address, with the settings that Spark was given; on the driver and on executors. */
public final class Storage {
    private static final AtomicReference<@Nullable Known> KNOWN = new AtomicReference<>();

    /** As Hadoop writes it; three slashes are written by people, in advice what to type. */
    private static final Pattern LOCAL = Pattern.compile("(?<![\\w=/])file:(?=/[^/])");

    private Storage() {}

    /**
     * The file system of a path; that of local files without Hadoop's files of checksums.
     *
     * @param path of the default file system, or with its own scheme
     * @return its file system
     */
    public static FileSystem of(Path path) {
        try {
            FileSystem files = path.getFileSystem(configuration());
            return files instanceof LocalFileSystem local ? local.getRawFileSystem() : files;
        } catch (IOException failure) {
            throw new UncheckedIOException(
                    "there is no file system for " + path + ": " + failure.getMessage(), failure);
        }
    }

    /**
     * A path as every process understands it.
     *
     * @param address of the default file system, or with its own scheme
     * @return the path with its scheme, absolute
     */
    public static Path qualified(String address) {
        Path path = new Path(address);
        return of(path).makeQualified(path);
    }

    /**
     * An address that means the same in every process, whatever its working folder. One without a scheme is of the default
     * file system; a relative one begins at this process' working folder, on other than local disks at the user's own.
     *
     * @param key it was given by, for the message
     * @param address a path, an address, or nothing
     * @return with scheme and from the root on; nothing if nothing was given
     * @throws IllegalArgumentException if it is no address
     */
    public static String absolute(String key, String address) {
        if (address.isEmpty()) {
            return address;
        }
        URI given = uri(key, address);
        if (given.getScheme() != null && (given.getAuthority() != null || "file".equals(given.getScheme()))) {
            return address;
        }
        return qualified(address).toString();
    }

    private static URI uri(String key, String address) {
        try {
            return new Path(address).toUri();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "%s is %s, which is no address of files (%s); give a path, or an address such as file:///FOLDER"
                            .formatted(key, address, e.getMessage()),
                    e);
        }
    }

    /**
     * An address as a person reads it.
     *
     * @param address from the root on
     * @return without the scheme of local files
     */
    public static String shown(String address) {
        URI uri = new Path(address).toUri();
        return "file".equals(uri.getScheme()) ? uri.getPath() : address;
    }

    /**
     * A sentence as a person reads it.
     *
     * @param sentence with addresses from the root on
     * @return the same, addresses of local files without their scheme
     */
    public static String shownIn(String sentence) {
        return LOCAL.matcher(sentence).replaceAll("");
    }

    /**
     * Whether a path lies on this machine's own disks.
     *
     * @param path with its scheme
     * @return whether that is of local files
     */
    public static boolean isLocal(Path path) {
        return "file".equals(path.toUri().getScheme());
    }

    /**
     * A path of local files as Java's own library takes it.
     *
     * @param path with its scheme
     * @return without it
     */
    public static java.nio.file.Path local(Path path) {
        return java.nio.file.Path.of(URI.create("file:///").resolve(path.toUri().getRawPath()));
    }

    /**
     * A path that a person gave of this machine's own disks.
     *
     * @param key it was given by, for the message
     * @param address a path, or an address that begins with {@code file:}
     * @return the path, relative to the working directory if it was given so
     * @throws IllegalArgumentException if it is empty or an address of elsewhere
     */
    public static java.nio.file.Path here(String key, String address) {
        if (address.isEmpty()) {
            throw new IllegalArgumentException(key + " is empty, give a path after " + key + "=");
        }
        Path path = new Path(address);
        if (path.toUri().getScheme() == null) {
            return java.nio.file.Path.of(address);
        }
        if (!isLocal(path)) {
            throw new IllegalArgumentException(
                    "%s is %s; it has to lie on this machine's own disks, give a path of them".formatted(key, address));
        }
        return local(path);
    }

    /** Made once for the same settings of Spark: to read Hadoop's own files takes longer than most images do. */
    private static Configuration configuration() {
        LoginUser.ensureNamed();
        SparkEnv environment = SparkEnv.get();
        SparkConf conf = environment == null ? new SparkConf() : environment.conf();
        List<Tuple2<String, String>> settings = List.of(conf.getAll());
        Known known = KNOWN.get();
        if (known == null || !known.settings.equals(settings)) {
            known = new Known(settings, SparkHadoopUtil.get().newConfiguration(conf));
            KNOWN.set(known);
        }
        return known.configuration;
    }

    private record Known(List<Tuple2<String, String>> settings, Configuration configuration) {}
}
