package io.github.marspark.jobs.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Buffers for a chunk of gradients each, used again and again, since memory outside of the heap is slow to get. Thread-safe. */
final class BufferPool {
    private final Queue<ByteBuffer> free = new ConcurrentLinkedQueue<>();
    private final int size;

    /** Buffers for the longest chunk of a vector. */
    BufferPool(Sharding sharding) {
        long shard = (sharding.size() + sharding.ranks() - 1) / sharding.ranks();
        this.size = (int) Math.min(Sharding.CHUNK, shard) * Float.BYTES;
    }

    ByteBuffer take() {
        ByteBuffer buffer = Objects.requireNonNullElseGet(free.poll(), () -> ByteBuffer.allocateDirect(size));
        return buffer.clear().order(ByteOrder.LITTLE_ENDIAN);
    }

    void giveBack(ByteBuffer buffer) {
        free.add(buffer);
    }
}
