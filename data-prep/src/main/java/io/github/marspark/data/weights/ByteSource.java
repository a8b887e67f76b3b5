package io.github.marspark.data.weights;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.util.function.Consumer;

/** Bytes in order, as many as are asked for. */
@FunctionalInterface
interface ByteSource {

    /**
     * Fills the first {@code length} bytes of an array.
     *
     * @throws EOFException if the bytes end before
     */
    void fill(byte[] target, int length) throws IOException;

    /** The bytes of a file from an offset on; leaves the channel's own position alone. */
    static ByteSource of(FileChannel channel, long offset) {
        long[] position = {offset};
        return (target, length) -> {
            ByteBuffer left = ByteBuffer.wrap(target, 0, length);
            while (left.hasRemaining()) {
                int count = channel.read(left, position[0]);
                requireMore(count >= 0);
                position[0] += count;
            }
        };
    }

    /** The bytes of a stream from where it stands. */
    static ByteSource of(InputStream stream) {
        return (target, length) -> requireMore(stream.readNBytes(target, 0, length) == length);
    }

    /** Reads elements one after another and hands them on as float32, a chunk at a time. */
    default void read(ElementType type, ByteOrder order, long elements, Consumer<FloatBuffer> chunks)
            throws IOException {
        int most = (int) Math.min(elements, NamedTensors.CHUNK_ELEMENTS);
        byte[] bytes = new byte[most * type.bytes()];
        for (long left = elements; left > 0; left -= most) {
            int length = (int) Math.min(left, most) * type.bytes();
            fill(bytes, length);
            chunks.accept(type.widen(ByteBuffer.wrap(bytes, 0, length).order(order)));
        }
    }

    private static void requireMore(boolean there) throws IOException {
        if (!there) {
            throw new EOFException("the file ends inside a tensor");
        }
    }
}
