package io.github.marspark.data.latent;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Remembers the last bytes that were read, to tell a file that ends from one that breaks off. */
final class TailInputStream extends FilterInputStream {
    private final byte[] tail;

    TailInputStream(InputStream input, int tailBytes) {
        super(input);
        this.tail = new byte[tailBytes];
    }

    /** The last bytes so far, the latest at the end; zeros before the first. */
    byte[] tail() {
        return tail.clone();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = super.read(target, offset, length);
        if (count > 0) {
            int fresh = Math.min(count, tail.length);
            System.arraycopy(tail, fresh, tail, 0, tail.length - fresh);
            System.arraycopy(target, offset + count - fresh, tail, tail.length - fresh, fresh);
        }
        return count;
    }

    /** Reads instead of skipping, so that nothing escapes the tail. */
    @Override
    public long skip(long count) throws IOException {
        return readNBytes((int) Math.min(count, Integer.MAX_VALUE)).length;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
