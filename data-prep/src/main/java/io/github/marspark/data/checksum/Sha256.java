package io.github.marspark.data.checksum;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of bytes as they pass; the one place that computes it. Not thread-safe. */
public final class Sha256 {
    private final MessageDigest digest;

    /** Of no bytes yet. */
    public Sha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256, which every Java must have", e);
        }
    }

    /**
     * The checksum of bytes.
     *
     * @param bytes all of them
     * @return 64 hexadecimal digits, lower case
     */
    public static String of(byte[] bytes) {
        Sha256 sum = new Sha256();
        sum.add(bytes);
        return sum.digits();
    }

    /**
     * The checksum of a stream.
     *
     * @param stream read to its end, and left open
     * @return 64 hexadecimal digits, lower case
     * @throws IOException if it cannot be read
     */
    public static String of(InputStream stream) throws IOException {
        Sha256 sum = new Sha256();
        sum.reading(stream).transferTo(OutputStream.nullOutputStream());
        return sum.digits();
    }

    /**
     * Adds bytes.
     *
     * @param bytes all of them
     */
    public void add(byte[] bytes) {
        digest.update(bytes);
    }

    /**
     * Adds bytes.
     *
     * @param bytes from position to limit, which become one
     */
    public void add(ByteBuffer bytes) {
        digest.update(bytes);
    }

    /**
     * A stream whose bytes are added as they are read.
     *
     * @param stream where they come from
     * @return closes the stream with itself
     */
    public InputStream reading(InputStream stream) {
        return new DigestInputStream(stream, digest);
    }

    /**
     * A stream whose bytes are added as they are written.
     *
     * @param stream where they go
     * @return closes the stream with itself
     */
    public OutputStream writing(OutputStream stream) {
        return new DigestOutputStream(stream, digest);
    }

    /**
     * The checksum; to be asked for once, at the end.
     *
     * @return 32 bytes
     */
    public byte[] bytes() {
        return digest.digest();
    }

    /**
     * The checksum; to be asked for once, at the end.
     *
     * @return 64 hexadecimal digits, lower case
     */
    public String digits() {
        return HexFormat.of().formatHex(bytes());
    }
}
