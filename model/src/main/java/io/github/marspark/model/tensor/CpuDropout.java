package io.github.marspark.model.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;

/** What dropout multiplies the elements of a matrix {@code (B T, D)} by, block after block. One thread's. */
final class CpuDropout {
    private final Dropout dropout;
    private final long elementsPerSample;
    private final float[] factors;
    private final int[] bits;
    private final int[] steps;
    private final FloatBuffer asFloats;
    private final IntBuffer asBits;

    /**
     * The factors of a matrix of {@code size} values.
     *
     * @param longest length of a block
     */
    CpuDropout(Dropout dropout, long size, int longest) {
        this.dropout = dropout;
        this.elementsPerSample = dropout.isNone() ? size : size / dropout.keys().length;
        this.factors = new float[longest];
        Arrays.fill(factors, 1);
        int drawn = dropout.isNone() ? 0 : longest;
        this.bits = new int[drawn];
        this.steps = new int[drawn];
        Arrays.setAll(steps, i -> i * Dropout.STEP);
        ByteBuffer memory = ByteBuffer.allocateDirect(drawn * Float.BYTES).order(ByteOrder.nativeOrder());
        this.asFloats = memory.asFloatBuffer();
        this.asBits = memory.asIntBuffer();
    }

    /** The factors of the block that {@link #upTo} prepared. */
    float[] factors() {
        return factors;
    }

    /** Prepares the factors of the elements from {@code first} on, {@code n} or those that are left of the sample. */
    int upTo(long first, int n) {
        int start = (int) (first % elementsPerSample);
        int length = (int) Math.min(n, elementsPerSample - start);
        if (!dropout.isNone()) {
            int key = dropout.keys()[(int) (first / elementsPerSample)];
            int scale = Float.floatToRawIntBits(dropout.scale());
            Loops.keptBits(bits, steps, length, key, start * Dropout.STEP, dropout.threshold(), scale);
            asBits.put(0, bits, 0, length);
            asFloats.get(0, factors, 0, length);
        }
        return length;
    }
}
