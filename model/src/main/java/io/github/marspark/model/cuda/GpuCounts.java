package io.github.marspark.model.cuda;

import java.util.Map;
import java.util.TreeMap;

/** What a GPU was asked to do: launches by kernel, products, bytes that crossed between host and GPU, memory taken. */
public final class GpuCounts {
    private final Map<String, Integer> launches = new TreeMap<>();
    private int products;
    private long bytesUp;
    private long bytesDown;
    private long bytesAllocated;
    private int allocations;

    void launched(String kernel) {
        launches.merge(kernel, 1, Integer::sum);
    }

    void multiplied() {
        products++;
    }

    void up(long bytes) {
        bytesUp += bytes;
    }

    void down(long bytes) {
        bytesDown += bytes;
    }

    void allocated(long bytes) {
        bytesAllocated += bytes;
        allocations++;
    }

    /** Launches of each kernel. */
    public Map<String, Integer> launches() {
        return new TreeMap<>(launches);
    }

    /** Products of matrices, a batch of them counted once. */
    public int products() {
        return products;
    }

    /** Bytes from the host to the GPU. */
    public long bytesUp() {
        return bytesUp;
    }

    /** Bytes from the GPU to the host. */
    public long bytesDown() {
        return bytesDown;
    }

    /** Bytes of the GPU's memory that were taken, given back or not. */
    public long bytesAllocated() {
        return bytesAllocated;
    }

    /** How often memory was taken. */
    public int allocations() {
        return allocations;
    }

    /** Counts from 0 again. */
    public void reset() {
        launches.clear();
        products = 0;
        bytesUp = 0;
        bytesDown = 0;
        bytesAllocated = 0;
        allocations = 0;
    }
}
