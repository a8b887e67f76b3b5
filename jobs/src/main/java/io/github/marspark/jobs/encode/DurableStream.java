package io.github.marspark.jobs.encode;

import java.io.FilterOutputStream;
import java.io.IOException;
import org.apache.hadoop.fs.FSDataOutputStream;

/** Brings its bytes to the disk before it closes, so that a file that has its name is whole after a power cut too. */
final class DurableStream extends FilterOutputStream {
    private final FSDataOutputStream stream;
    private boolean closed;

    DurableStream(FSDataOutputStream stream) {
        super(stream);
        this.stream = stream;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        stream.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            stream.hsync();
            super.close();
        }
    }
}
