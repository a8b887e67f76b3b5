package io.github.marspark.jobs.latents;

import io.github.marspark.model.random.Draws;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which record each slot of each batch holds, for any number of ranks.
 *
 * <p>The B slots of the batches are numbered through the training, and each n of them, n the number of records, are an
 * epoch. The S streams own equal parts of a batch's slots; in each epoch every stream has as many neighbouring records as
 * it has slots in that epoch, and deals them in an order of its own. So an epoch holds each record once, each record
 * belongs to one stream in it, and from one epoch to the next the ends of a stream's records move by less than a batch.
 * Not thread-safe.
 */
public final class DataOrder {
    private final Draws draws;
    private final long records;
    private final int batch;
    private final int[] bounds;
    private final int[] streams;
    private final @Nullable Dealt[] dealt;

    /** What a stream deals in an epoch. */
    private record Dealt(long epoch, long first, int[] order) {}

    /**
     * An order.
     *
     * @param seed of the training
     * @param records n
     * @param batch B
     * @param streams S
     */
    DataOrder(long seed, long records, int batch, int streams) {
        this.draws = new Draws(seed);
        this.records = records;
        this.batch = batch;
        this.bounds = new int[streams + 1];
        this.streams = new int[batch];
        this.dealt = new Dealt[2 * streams];
        for (int stream = 0; stream < streams; stream++) {
            bounds[stream + 1] = (int) ((stream + 1L) * batch / streams);
            Arrays.fill(this.streams, bounds[stream], bounds[stream + 1], stream);
        }
    }

    /** Epochs done when a step begins. */
    public double epoch(long step) {
        return (double) Math.multiplyExact(step, batch) / records;
    }

    /** The number of the record that a slot of a step holds. */
    long record(long step, int slot) {
        long position = Math.addExact(Math.multiplyExact(step, batch), slot);
        int stream = streams[slot];
        Dealt own = dealt(position / records, stream);
        long begin = own.epoch() * records;
        return own.first() + own.order()[(int) slots(begin, position, bounds[stream], bounds[stream + 1])];
    }

    private Dealt dealt(long epoch, int stream) {
        int place = 2 * stream + (int) (epoch % 2);
        Dealt known = dealt[place];
        if (known == null || known.epoch() != epoch) {
            long begin = epoch * records;
            long end = begin + records;
            int count = Math.toIntExact(slots(begin, end, bounds[stream], bounds[stream + 1]));
            known = new Dealt(epoch, slots(begin, end, 0, bounds[stream]), draws.shuffle(epoch, stream, count));
            dealt[place] = known;
        }
        return known;
    }

    /** How many of the numbers from {@code begin} to before {@code end} are of slots {@code from} to before {@code to}. */
    private long slots(long begin, long end, int from, int to) {
        return before(end, to) - before(end, from) - before(begin, to) + before(begin, from);
    }

    private long before(long number, int slot) {
        return number / batch * slot + Math.min(number % batch, slot);
    }

    /** The first record that a rank may need in any epoch. */
    long first(int rank, int ranks) {
        return Math.max(0, expected(rank, ranks) - margin(rank, ranks));
    }

    /** The record behind the last one that a rank may need in any epoch. */
    long end(int rank, int ranks) {
        return Math.min(records, expected(rank + 1, ranks) + 1 + margin(rank + 1, ranks));
    }

    private long expected(int rank, int ranks) {
        return Math.multiplyExact(records, rank) / ranks;
    }

    /** How far the end of a rank's records moves at most: of B slots, a are before it in a batch, and a (B - a) / B more or less. */
    private long margin(int rank, int ranks) {
        long before = (long) batch * rank / ranks;
        return (before * (batch - before) + batch - 1) / batch;
    }
}
