package io.github.marspark.data.weights;

import io.github.marspark.data.checksum.Sha256;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * A name for the content of weights: SHA-256 over names, shapes and float32 values.
 *
 * <p>Tensors are taken in the order of their names, so the same weights have the same fingerprint whatever the file's
 * kind, order or (as long as the values are exact in it) number type. Hashed are, for each tensor: length of the name in
 * UTF-8 (int32), the name, number of dimensions (int32), their sizes (int64), the values; all little-endian.
 */
public final class WeightFingerprint {

    private WeightFingerprint() {}

    /**
     * Reads all values once.
     *
     * @param tensors the weights
     * @return 64 hexadecimal digits, lower case
     * @throws WeightFileException if a file cannot be read
     */
    public static String of(NamedTensors tensors) {
        MessageDigest digest = Sha256.begin();
        ByteBuffer buffer = littleEndian(NamedTensors.CHUNK_ELEMENTS * Float.BYTES);
        tensors.names().stream().sorted().forEach(name -> {
            digest.update(head(name, tensors.description(name).shape()));
            tensors.read(name, chunk -> update(digest, buffer, chunk));
        });
        return Sha256.end(digest);
    }

    private static ByteBuffer head(String name, Shape shape) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        long[] sizes = shape.toArray();
        ByteBuffer head = littleEndian(2 * Integer.BYTES + utf8.length + sizes.length * Long.BYTES);
        head.putInt(utf8.length).put(utf8).putInt(sizes.length);
        for (long size : sizes) {
            head.putLong(size);
        }
        return head.flip();
    }

    private static void update(MessageDigest digest, ByteBuffer buffer, FloatBuffer chunk) {
        buffer.clear().limit(chunk.remaining() * Float.BYTES);
        buffer.asFloatBuffer().put(chunk);
        digest.update(buffer);
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
