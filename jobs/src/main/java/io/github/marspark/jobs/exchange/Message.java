package io.github.marspark.jobs.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The head of everything ranks send to one another, followed by numbers, little-endian.
 *
 * @param kind what follows
 * @param rank who sends
 * @param run which training, so that a late message of an earlier attempt is refused
 * @param number the training step; of {@link Kind#NOTE} the count of such messages before
 * @param chunk number within the owner's shard
 */
record Message(Kind kind, int rank, long run, long number, int chunk) {
    /** What a message carries. */
    enum Kind {
        /** Gradients for the owner of a chunk: float32. */
        GRADIENT,
        /** New parameters of a chunk from its owner: float32. */
        PARAMETERS,
        /** A few numbers or a sentence. */
        NOTE
    }

    /** Length of the head. */
    static final int BYTES = 3 * Integer.BYTES + 2 * Long.BYTES + Integer.BYTES;

    void write(ByteBuffer target) {
        target.order(ByteOrder.LITTLE_ENDIAN);
        target.putInt(kind.ordinal()).putInt(rank).putInt(chunk).putInt(0);
        target.putLong(run).putLong(number);
    }

    /** Reads a head; the buffer is left at what follows. */
    static Message read(ByteBuffer source) {
        source.order(ByteOrder.LITTLE_ENDIAN);
        int kind = source.getInt();
        int rank = source.getInt();
        int chunk = source.getInt();
        source.getInt();
        Kind[] kinds = Kind.values();
        if (kind < 0 || kind >= kinds.length) {
            throw new IllegalArgumentException("kind of message is " + kind + ", must be below " + kinds.length);
        }
        return new Message(kinds[kind], rank, source.getLong(), source.getLong(), chunk);
    }
}
