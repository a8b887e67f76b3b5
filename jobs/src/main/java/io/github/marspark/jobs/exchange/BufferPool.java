package io.github.marspark.jobs.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Buffers for a chunk of gradients each, used again and again, since memory outside of the heap is slow to get; the one last
 * used first, since the processor still holds it. Thread-safe.
 */
final class BufferPool {
    private final Deque<ByteBuffer> free = new ConcurrentLinkedDeque<>();
    private final int size;

    /** Buffers for the longest chunk of a vector. */
    BufferPool(Sharding sharding) {
        long shard = (sharding.size() + sharding.ranks() - 1) / sharding.ranks();
        this.size = (int) Math.min(Sharding.CHUNK, shard) * Float.BYTES;
    }

    ByteBuffer take() {
        ByteBuffer buffer = Objects.requireNonNullElseGet(free.pollFirst(), () -> ByteBuffer.allocateDirect(size));
        return buffer.clear().order(ByteOrder.LITTLE_ENDIAN);
    }

    void giveBack(ByteBuffer buffer) {
        free.addFirst(buffer);
    }
}
