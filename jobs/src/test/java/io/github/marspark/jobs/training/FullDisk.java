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

/** The local file system by another name, whose disk is full in the middle of one rank's shard of one checkpoint. */
public final class FullDisk extends RawLocalFileSystem {
    static final String SCHEME = "full";

    private static final String DOES_NOT_FIT = ".tmp-step-00000010-[^/]*/shard-00001-of-00002\\.safetensors";
    private static final int FREE_BYTES = 5000;

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

    private static FSDataOutputStream bounded(Path file, FSDataOutputStream stream) throws IOException {
        return file.toString().matches(".*/" + DOES_NOT_FIT)
                ? new FSDataOutputStream(new Bounded(stream), null)
                : stream;
    }

    /** Takes some bytes and no more. */
    private static final class Bounded extends FilterOutputStream {
        private int free = FREE_BYTES;

        Bounded(OutputStream stream) {
            super(stream);
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
                throw new IOException("No space left on device");
            }
        }
    }
}
