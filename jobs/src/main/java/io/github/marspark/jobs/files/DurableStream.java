package io.github.marspark.jobs.files;

import java.io.FilterOutputStream;
import java.io.IOException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.Path;

/**
 * Brings its bytes to the disk before it closes, so that a file that has its name is whole after a power cut too. What the
 * file system refuses is told with the file's path, whoever writes to the stream.
 */
final class DurableStream extends FilterOutputStream {
    private final FSDataOutputStream stream;
    private final Path path;
    private boolean closed;

    DurableStream(FSDataOutputStream stream, Path path) {
        super(stream);
        this.stream = stream;
        this.path = path;
    }

    @Override
    public void write(int value) {
        told(() -> stream.write(value));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        told(() -> stream.write(bytes, offset, length));
    }

    @Override
    public void flush() {
        told(stream::flush);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            told(() -> {
                try (stream) {
                    stream.hsync();
                }
            });
        }
    }

    /** What may fail. */
    private interface Act {
        void run() throws IOException;
    }

    /** Local file systems of Hadoop throw an error where others throw an exception. */
    private void told(Act act) {
        try {
            act.run();
        } catch (IOException | FSError failure) {
            throw WriteFailure.of(path, failure);
        }
    }
}
