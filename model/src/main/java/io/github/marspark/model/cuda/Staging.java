package io.github.marspark.model.cuda;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Pinned memory that values pass on their way to a GPU and back, and as much on the GPU for what one operation reads. A
 * place is used once more only after the GPU has done all that was asked before. Not thread-safe.
 */
final class Staging {
    /** Room for all that a step of MAR-B on 64 images brings, so that the host never waits in the middle of one. */
    private static final int BYTES = 32 << 20;

    private static final int ALIGNMENT = 256;

    private final Gpu gpu;
    private final long pinned;
    private final long onDevice;
    private final ByteBuffer host;
    private int used;

    Staging(Gpu gpu) {
        this.gpu = gpu;
        this.pinned = gpu.allocatePinned(BYTES);
        this.onDevice = gpu.allocate(BYTES);
        this.host = new Pointer(pinned).getByteBuffer(0, BYTES).order(ByteOrder.nativeOrder());
    }

    /** The place of some bytes, which nobody reads or writes any more. */
    private int take(int bytes) {
        if (bytes > BYTES - used) {
            gpu.synchronize();
        }
        int place = used;
        used = Math.min(BYTES, (place + bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        return place;
    }

    /** The GPU has done all that it was asked, so that every place may be used once more. */
    void free() {
        used = 0;
    }

    /** Brings numbers to the GPU for the operations that follow; their address there, valid until the next ones come. */
    long put(int[] values) {
        requireFits("int", values.length, Integer.BYTES);
        int place = take(values.length * Integer.BYTES);
        host.slice(place, values.length * Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .asIntBuffer()
                .put(values);
        gpu.upload(pinned + place, onDevice + place, (long) values.length * Integer.BYTES);
        return onDevice + place;
    }

    /** The same for addresses. */
    long put(long[] values) {
        requireFits("long", values.length, Long.BYTES);
        int place = take(values.length * Long.BYTES);
        host.slice(place, values.length * Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .asLongBuffer()
                .put(values);
        gpu.upload(pinned + place, onDevice + place, (long) values.length * Long.BYTES);
        return onDevice + place;
    }

    private static void requireFits(String type, int count, int size) {
        if ((long) count * size > BYTES) {
            throw new CudaException(
                    "%d values of type %s for one operation are more than the %d that fit; use smaller batches"
                            .formatted(count, type, BYTES / size));
        }
    }

    /** Overwrites values on the GPU. */
    void write(float[] values, int start, int count, long address) {
        for (int done = 0; done < count; ) {
            int part = Math.min(count - done, BYTES / Float.BYTES);
            int place = take(part * Float.BYTES);
            host.slice(place, part * Float.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer()
                    .put(values, start + done, part);
            gpu.upload(pinned + place, address + (long) done * Float.BYTES, (long) part * Float.BYTES);
            done += part;
        }
    }

    /** Reads values of the GPU, after all that it was asked before. */
    void read(long address, float[] values, int start, int count) {
        for (int done = 0; done < count; ) {
            int part = Math.min(count - done, BYTES / Float.BYTES);
            int place = take(part * Float.BYTES);
            gpu.download(address + (long) done * Float.BYTES, pinned + place, (long) part * Float.BYTES);
            gpu.synchronize();
            host.slice(place, part * Float.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer()
                    .get(values, start + done, part);
            done += part;
        }
    }

    /** Reads a few numbers of float64. */
    double[] readDoubles(long address, int count) {
        requireFits("double", count, Double.BYTES);
        int place = take(count * Double.BYTES);
        gpu.download(address, pinned + place, (long) count * Double.BYTES);
        gpu.synchronize();
        double[] values = new double[count];
        host.slice(place, count * Double.BYTES)
                .order(ByteOrder.nativeOrder())
                .asDoubleBuffer()
                .get(values);
        return values;
    }

    void close() {
        gpu.free(onDevice);
        gpu.freePinned(pinned);
    }
}
