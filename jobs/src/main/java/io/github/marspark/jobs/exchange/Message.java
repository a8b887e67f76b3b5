package io.github.marspark.jobs.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

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
        GRADIENT(1),
        /** New parameters of a chunk from its owner: float32. */
        PARAMETERS(2),
        /** A few numbers or a sentence. */
        NOTE(3);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        private static Kind of(int number) {
            return Arrays.stream(values())
                    .filter(kind -> kind.number == number)
                    .findFirst()
                    .orElseThrow(
                            () -> new IllegalArgumentException("kind of message is " + number + ", must be 1 to 3"));
        }
    }

    /** Length of the head. */
    static final int BYTES = 3 * Integer.BYTES + 2 * Long.BYTES + Integer.BYTES;

    void write(ByteBuffer target) {
        target.order(ByteOrder.LITTLE_ENDIAN);
        target.putInt(kind.number).putInt(rank).putInt(chunk).putInt(0);
        target.putLong(run).putLong(number);
    }

    /** Reads a head; the buffer is left at what follows. */
    static Message read(ByteBuffer source) {
        source.order(ByteOrder.LITTLE_ENDIAN);
        Kind kind = Kind.of(source.getInt());
        int rank = source.getInt();
        int chunk = source.getInt();
        source.getInt();
        return new Message(kind, rank, source.getLong(), source.getLong(), chunk);
    }
}
