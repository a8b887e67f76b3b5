package io.github.marspark.data.latent;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.xerial.snappy.Snappy;

/**
 * Decompresses the blocks of a file of latents as Avro's codecs do, but never to more bytes than a block may have: Avro
 * takes whatever a damaged block announces or grows to.
 */
final class Decompression {
    private Decompression() {}

    /**
     * Decompresses a block.
     *
     * @param codec that compressed it
     * @param block as it lies in the file
     * @param most bytes that a block may have
     * @return its bytes
     * @throws IOException if it is damaged, or has more
     */
    static byte[] of(LatentCodec codec, byte[] block, int most) throws IOException {
        return switch (codec) {
            case SNAPPY -> snappy(block, most);
            case ZSTANDARD -> zstandard(block, most);
            case DEFLATE -> deflate(block, most);
            case NULL -> block;
        };
    }

    /** Behind the compressed bytes stands the CRC-32 of those that they were. */
    private static byte[] snappy(byte[] block, int most) throws IOException {
        int length = block.length - Integer.BYTES;
        if (length < 1) {
            throw new IOException("a block has %d bytes, too few for Snappy".formatted(block.length));
        }
        int announced = Snappy.uncompressedLength(block, 0, length);
        if (announced < 0 || announced > most) {
            throw tooLong(most);
        }
        byte[] bytes = new byte[announced];
        Snappy.uncompress(block, 0, length, bytes, 0);
        CRC32 sum = new CRC32();
        sum.update(bytes);
        if ((int) sum.getValue() != ByteBuffer.wrap(block).getInt(length)) {
            throw new IOException("a block's CRC-32 differs");
        }
        return bytes;
    }

    private static byte[] zstandard(byte[] block, int most) throws IOException {
        try (InputStream stream = new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(block))) {
            return atMost(stream, most);
        }
    }

    private static byte[] deflate(byte[] block, int most) throws IOException {
        Inflater inflater = new Inflater(true);
        try (InputStream stream = new InflaterInputStream(new ByteArrayInputStream(block), inflater)) {
            return atMost(stream, most);
        } finally {
            inflater.end();
        }
    }

    private static byte[] atMost(InputStream stream, int most) throws IOException {
        byte[] bytes = stream.readNBytes(most);
        if (stream.read() >= 0) {
            throw tooLong(most);
        }
        return bytes;
    }

    private static IOException tooLong(int most) {
        return new IOException("a block would have more than %,d bytes".formatted(most));
    }
}
