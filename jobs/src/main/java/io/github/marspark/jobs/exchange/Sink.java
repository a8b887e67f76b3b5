package io.github.marspark.jobs.exchange;

import java.nio.ByteBuffer;

/** Where the numbers of a chunk go, piece after piece as they come in. */
interface Sink {
    /** Bytes that have not come yet. */
    int missing();

    /** Takes all of a piece, which is no longer than what is missing. */
    void take(ByteBuffer piece);

    /** Copies to a buffer, up to its limit. */
    static Sink copy(ByteBuffer target) {
        return new Sink() {
            @Override
            public int missing() {
                return target.remaining();
            }

            @Override
            public void take(ByteBuffer piece) {
                target.put(piece);
            }
        };
    }
}
