package io.github.marspark.jobs.training;

import io.github.marspark.jobs.exchange.Exchange;
import io.github.marspark.jobs.exchange.FlatVector;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Supplier;
import java.util.zip.CRC32;

/** Whether all ranks have the same parameters, bit for bit, and whether they have moved. */
final class ParameterCheck {
    private static final int PIECE = 1 << 14;

    private final Exchange exchange;
    private final Supplier<FlatVector> parameters;
    private final long before;

    /**
     * Compares those of all ranks.
     *
     * @param parameters all of them as they are whenever it is asked
     * @param step steps done
     * @throws IllegalStateException on each rank if two differ
     */
    ParameterCheck(Exchange exchange, Supplier<FlatVector> parameters, long step) {
        this.exchange = exchange;
        this.parameters = parameters;
        this.before = checksum();
        requireEqual(step);
    }

    private void requireEqual(long step) {
        List<double[]> all = exchange.gather(step, "checksum of the parameters", (double) before);
        for (int other = 0; other < all.size(); other++) {
            if (all.get(other)[0] != before) {
                throw new IllegalStateException(
                        "ranks %d and %d begin with different parameters, although both have them from one place; do their executors run the same program, and is their memory sound?"
                                .formatted(exchange.rank(), other));
            }
        }
    }

    /** Whether nothing has changed since the beginning. */
    boolean haveStayed() {
        return before == checksum();
    }

    private long checksum() {
        CRC32 sum = new CRC32();
        FlatVector values = parameters.get();
        byte[] bytes = new byte[PIECE * Float.BYTES];
        for (long at = 0; at < values.size(); at += PIECE) {
            int length = (int) Math.min(PIECE, values.size() - at);
            ByteBuffer.wrap(bytes).asFloatBuffer().put(values.part(at, length));
            sum.update(bytes, 0, length * Float.BYTES);
        }
        return sum.getValue();
    }
}
