package io.github.marspark.model.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The arguments of one kernel, in the order and of the types that its source says, and its start. One of these serves all
 * launches of a GPU. Not thread-safe.
 */
public final class Launch {
    /** Threads of a block, as the source says. */
    public static final int THREADS = 256;

    private static final int MOST_BYTES = 512;
    private static final int MOST_ARGUMENTS = 32;

    private final Gpu gpu;
    private final ByteBuffer values = direct(MOST_BYTES);
    private final ByteBuffer places = direct(Long.BYTES * MOST_ARGUMENTS);
    private final long start;
    private String kernel = "";

    Launch(Gpu gpu) {
        this.gpu = gpu;
        this.start = Gpu.address(values);
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    Launch of(String name) {
        kernel = name;
        values.clear();
        places.clear();
        return this;
    }

    /** Begins an argument at a place that its type allows. */
    private ByteBuffer next(int alignment) {
        values.position((values.position() + alignment - 1) / alignment * alignment);
        places.putLong(start + values.position());
        return values;
    }

    /** Rows of values, a stride apart. */
    public Launch view(long address, long stride) {
        next(Long.BYTES).putLong(address).putLong(stride);
        return this;
    }

    /** An address. */
    public Launch address(long address) {
        next(Long.BYTES).putLong(address);
        return this;
    }

    /** What is dropped: see the source's {@code Drop}. */
    public Launch drop(long keys, long sampleSize, int threshold, float factor) {
        next(Long.BYTES).putLong(keys).putLong(sampleSize).putInt(threshold).putFloat(factor);
        return this;
    }

    /** Integers, an argument each. */
    public Launch integers(int... numbers) {
        for (int number : numbers) {
            next(Integer.BYTES).putInt(number);
        }
        return this;
    }

    /** A structure of integers, one argument. */
    public Launch structure(int... members) {
        next(Integer.BYTES);
        for (int member : members) {
            values.putInt(member);
        }
        return this;
    }

    /** A structure of numbers of float32, one argument. */
    public Launch realStructure(float... members) {
        next(Float.BYTES);
        for (float member : members) {
            values.putFloat(member);
        }
        return this;
    }

    /** A number of float32. */
    public Launch real(float number) {
        next(Float.BYTES).putFloat(number);
        return this;
    }

    /** Starts a thread for each of so many values. */
    public void overValues(long count) {
        if (count > 0xFFFFFFFFL - THREADS) {
            throw new CudaException("%s is asked for %d values, the most are %d; use smaller batches"
                    .formatted(kernel, count, 0xFFFFFFFFL - THREADS));
        }
        overBlocks((count + THREADS - 1) / THREADS, 1);
    }

    /** Starts a warp for each of so many rows. */
    public void overRows(long count) {
        overBlocks((count + THREADS / 32 - 1) / (THREADS / 32), 1);
    }

    /** Starts so many blocks. */
    public void overBlocks(long columns, int rows) {
        gpu.start(kernel, Math.toIntExact(columns), rows, Gpu.address(places));
    }
}
