package io.github.marspark.jobs.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The head of everything ranks send to one another, between the run's token and numbers, little-endian.
 *
 * @param kind what follows
 * @param rank who sends
 * @param number the training step; of {@link Kind#NOTE} the count of such messages before
 * @param chunk number within the owner's shard
 */
record Message(Kind kind, int rank, long number, int chunk) {
    /** What a message carries. */
    enum Kind {
        /** Gradients for the owner of a chunk: float32. */
        GRADIENT(1),
        /** New parameters of a chunk from its owner: float32. */
        PARAMETERS(2),
        /** A few numbers or a sentence. */
        NOTE(3),
        /** Of rank 0, the parameters that the owner of a chunk begins with: float32. */
        BEGINNING(4);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        private static Kind of(int number) {
            return Arrays.stream(values())
                    .filter(kind -> kind.number == number)
                    .findFirst()
                    .orElseThrow(
                            () -> new IllegalArgumentException("kind of message is " + number + ", must be 1 to 4"));
        }
    }

    private static final int HEAD = 4 * Integer.BYTES + Long.BYTES;

    /** Length of token and head. */
    static final int BYTES = RunToken.BYTES + HEAD;

    /** Token and head, ready for as many bytes as follow. */
    ByteBuffer begin(RunToken token, int following) {
        ByteBuffer message = token.message(HEAD + following).order(ByteOrder.LITTLE_ENDIAN);
        message.putInt(kind.number).putInt(rank).putInt(chunk).putInt(0);
        return message.putLong(number);
    }

    /**
     * Reads token and head; the buffer is left at what follows.
     *
     * @throws IllegalArgumentException if the token is not the run's
     */
    static Message read(RunToken token, ByteBuffer source) {
        token.requireIn(source);
        source.order(ByteOrder.LITTLE_ENDIAN);
        Kind kind = Kind.of(source.getInt());
        int rank = source.getInt();
        int chunk = source.getInt();
        source.getInt();
        return new Message(kind, rank, source.getLong(), chunk);
    }
}
