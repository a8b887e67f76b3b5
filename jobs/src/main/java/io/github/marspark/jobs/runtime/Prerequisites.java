package io.github.marspark.jobs.runtime;

import io.github.marspark.jobs.files.LoginUser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;

/**
 * What Spark needs of this machine and takes for granted; driver only.
 *
 * <p>Where something is missing, Spark ends the process, waits for a minute, or prints a page: this says a sentence before.
 */
final class Prerequisites {
    private static final int PATIENCE_MILLIS = 10_000;
    private static final Pattern STANDALONE = Pattern.compile("spark://(.+)");
    private static final Pattern HOST_AND_PORT = Pattern.compile("(.+):(\\d{1,5})");

    private final SparkConf configuration;
    private final Map<String, String> environment;

    Prerequisites(SparkConf configuration, Map<String, String> environment) {
        this.configuration = configuration;
        this.environment = environment;
    }

    /**
     * Asks for everything.
     *
     * @throws IllegalStateException saying what is missing and what to do
     */
    void require() {
        requireLocalFolder();
        requireOwnName();
        requireMaster();
        LoginUser.ensureNamed();
    }

    // ---- local folders

    private void requireLocalFolder() {
        List<String> folders = Arrays.stream(localFolders().split(",", -1))
                .map(String::trim)
                .filter(folder -> !folder.isEmpty())
                .toList();
        List<String> problems = new ArrayList<>();
        for (String folder : folders) {
            problemOf(folder).ifPresent(problems::add);
        }
        if (problems.size() == folders.size() && !folders.isEmpty()) {
            throw new IllegalStateException(
                    "Spark has no folder for its temporary files: %s; give one that can be written by %s"
                            .formatted(String.join("; ", problems), keyOfLocalFolders()));
        }
    }

    private String localFolders() {
        String own = environment.get("SPARK_LOCAL_DIRS");
        return own != null ? own : configuration.get("spark.local.dir", System.getProperty("java.io.tmpdir"));
    }

    private String keyOfLocalFolders() {
        return environment.containsKey("SPARK_LOCAL_DIRS")
                ? "the environment variable SPARK_LOCAL_DIRS"
                : "--conf spark.local.dir=FOLDER";
    }

    private static Optional<String> problemOf(String folder) {
        try {
            Path path = Files.createDirectories(Path.of(folder));
            Files.delete(Files.createTempFile(path, "mar-probe", ""));
            return Optional.empty();
        } catch (IOException | InvalidPathException | SecurityException failure) {
            return Optional.of("%s cannot be written (%s)".formatted(folder, reason(failure)));
        }
    }

    private static String reason(Exception failure) {
        return failure instanceof FileSystemException told && told.getReason() != null
                ? told.getReason()
                : failure.getClass().getSimpleName();
    }

    // ---- names and addresses

    /** Spark asks for the address of this machine's own name, unless it is told one. */
    private void requireOwnName() {
        if (environment.containsKey("SPARK_LOCAL_IP") || environment.containsKey("SPARK_LOCAL_HOSTNAME")) {
            return;
        }
        try {
            InetAddress.getLocalHost();
        } catch (UnknownHostException unknown) {
            throw new IllegalStateException(
                    "this machine's own name has no address (%s); add it to /etc/hosts, or set the environment variable SPARK_LOCAL_IP to an address that the cluster reaches"
                            .formatted(unknown.getMessage()),
                    unknown);
        }
    }

    private void requireMaster() {
        Matcher master = STANDALONE.matcher(configuration.get("spark.master", ""));
        if (!master.matches()) {
            return;
        }
        List<String> problems = new ArrayList<>();
        for (String address : master.group(1).split(",", -1)) {
            Optional<String> problem = problemOfMaster(address);
            if (problem.isEmpty()) {
                return;
            }
            problems.add(problem.get());
        }
        throw new IllegalStateException("%s; start the master, or correct --master"
                .formatted(problems.stream().collect(Collectors.joining("; "))));
    }

    private static Optional<String> problemOfMaster(String address) {
        Matcher parts = HOST_AND_PORT.matcher(address);
        if (!parts.matches()) {
            return Optional.of(
                    "the master's address spark://%s is not of the form spark://HOST:PORT".formatted(address));
        }
        InetSocketAddress master =
                new InetSocketAddress(parts.group(1), Math.min(65535, Integer.parseInt(parts.group(2))));
        if (master.isUnresolved()) {
            return Optional.of(
                    "the master's host %s has no address: no name service knows it".formatted(parts.group(1)));
        }
        try (Socket socket = new Socket()) {
            socket.connect(master, PATIENCE_MILLIS);
            return Optional.empty();
        } catch (IOException failure) {
            return Optional.of("no master answers at spark://%s (%s)".formatted(address, failure.getMessage()));
        }
    }
}
