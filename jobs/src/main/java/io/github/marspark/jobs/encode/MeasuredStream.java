package io.github.marspark.jobs.encode;

import io.github.marspark.data.checksum.Sha256;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;

/** Counts the bytes that pass, and takes their SHA-256. */
final class MeasuredStream extends FilterOutputStream {
    private final MessageDigest digest = Sha256.begin();
    private long bytes;

    MeasuredStream(OutputStream stream) {
        super(stream);
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        out.write(source, offset, length);
        digest.update(source, offset, length);
        bytes += length;
    }

    long bytes() {
        return bytes;
    }

    /** 64 hexadecimal digits; to be asked once, at the end. */
    String sha256Digits() {
        return Sha256.end(digest);
    }
}
