package io.github.marspark.jobs.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Adds float32 numbers, little-endian, which come in pieces that may end within a number, to those of a buffer. Not thread-safe. */
final class Addition implements Sink {
    private final FloatBuffer sum;
    private final ByteBuffer cut = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private int done;

    /** To all numbers of a buffer. */
    Addition(FloatBuffer sum) {
        this.sum = sum;
    }

    @Override
    public int missing() {
        return (sum.limit() - done) * Float.BYTES - cut.position();
    }

    @Override
    public void take(ByteBuffer piece) {
        piece.order(ByteOrder.LITTLE_ENDIAN);
        if (cut.position() > 0) {
            fill(piece);
        }
        FloatBuffer numbers = piece.asFloatBuffer();
        int count = numbers.limit();
        for (int i = 0; i < count; i++) {
            sum.put(done + i, sum.get(done + i) + numbers.get(i));
        }
        done += count;
        piece.position(piece.position() + count * Float.BYTES);
        cut.put(piece);
    }

    /** Completes the number that the last piece has cut. */
    private void fill(ByteBuffer piece) {
        while (cut.hasRemaining() && piece.hasRemaining()) {
            cut.put(piece.get());
        }
        if (!cut.hasRemaining()) {
            sum.put(done, sum.get(done) + cut.getFloat(0));
            done++;
            cut.clear();
        }
    }
}
