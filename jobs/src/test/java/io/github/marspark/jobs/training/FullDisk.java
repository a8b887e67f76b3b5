package io.github.marspark.jobs.training;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * The local file system by another name, whose disk is full in the middle of some file: one rank's shard of one checkpoint, if
 * the settings do not say otherwise.
 */
public final class FullDisk extends RawLocalFileSystem {
    public static final String SCHEME = "full";

    /** What the path of the file matches. */
    public static final String MATCHING = "spark.hadoop.fs.full.matching";

    /** How many bytes of it fit. */
    public static final String FREE = "spark.hadoop.fs.full.free";

    /** The class of the file system. */
    public static final String CLASS = "spark.hadoop.fs.full.impl";

    /** Set to true by those who say what does not fit, as Hadoop keeps a file system with its first settings. */
    public static final String IS_MADE_ANEW = "spark.hadoop.fs.full.impl.disable.cache";

    private static final String HADOOP = "spark.hadoop.";
    private static final String DOES_NOT_FIT = ".tmp-step-00000010-[^/]*/shard-00001-of-00002\\.safetensors";
    private static final int FREE_BYTES = 5000;
    private static final Path FULL = new Path("/dev/full");

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public URI getUri() {
        return URI.create(SCHEME + ":///");
    }

    @Override
    public FSDataOutputStream create(
            Path file,
            FsPermission permission,
            boolean overwrite,
            int buffer,
            short replication,
            long block,
            Progressable progress)
            throws IOException {
        return bounded(file, super.create(file, permission, overwrite, buffer, replication, block, progress));
    }

    @Override
    public FSDataOutputStream create(
            Path file, boolean overwrite, int buffer, short replication, long block, Progressable progress)
            throws IOException {
        return bounded(file, super.create(file, overwrite, buffer, replication, block, progress));
    }

    private FSDataOutputStream bounded(Path file, FSDataOutputStream stream) throws IOException {
        String matching = getConf().get(MATCHING.substring(HADOOP.length()), DOES_NOT_FIT);
        int free = getConf().getInt(FREE.substring(HADOOP.length()), FREE_BYTES);
        return file.toString().matches(".*/" + matching)
                ? new FSDataOutputStream(
                        new Bounded(stream, free, super.create(FULL, true, 1, (short) 1, 1, null)), null)
                : stream;
    }

    /** Takes some bytes and no more, and says so as Hadoop's local file system does. */
    private static final class Bounded extends FilterOutputStream {
        private final OutputStream full;
        private int free;

        Bounded(OutputStream stream, int free, OutputStream full) {
            super(stream);
            this.free = free;
            this.full = full;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, Math.min(free, length));
            free -= length;
            if (free < 0) {
                free = 0;
                full.write(1);
                full.flush();
            }
        }
    }
}
