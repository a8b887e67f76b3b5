package io.github.marspark.jobs.exchange;

import io.github.marspark.model.tensor.Threads;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The sum of what all ranks have, in rank order whatever order they came in. */
final class RankSum {
    private static final int GRAIN = 16384;

    private RankSum() {}

    /**
     * Adds the others' numbers to the own ones.
     *
     * @param own numbers, which become the sum
     * @param contributions as many float32 numbers of each rank, in rank order, and null in the own place
     * @param threads to share the work
     */
    static void into(FloatBuffer own, @Nullable ByteBuffer[] contributions, Threads threads) {
        FloatBuffer[] terms = Arrays.stream(contributions)
                .map(bytes -> bytes == null ? own : bytes.asFloatBuffer())
                .toArray(FloatBuffer[]::new);
        int place = Arrays.asList(contributions).indexOf(null);
        threads.split(own.limit(), GRAIN, (from, to) -> {
            for (int start = from; start < to; start += GRAIN) {
                sum(terms, place, start, Math.min(start + GRAIN, to));
            }
        });
    }

    /** Leaves the sum in the own rank's term; on the way there, partial sums are kept in the term of rank 0. */
    private static void sum(FloatBuffer[] terms, int own, int from, int to) {
        FloatBuffer total = terms[0];
        for (int rank = 1; rank < terms.length; rank++) {
            FloatBuffer target = rank == own ? terms[own] : total;
            add(total, terms[rank], target, from, to);
            total = target;
        }
    }

    private static void add(FloatBuffer total, FloatBuffer term, FloatBuffer target, int from, int to) {
        for (int i = from; i < to; i++) {
            target.put(i, total.get(i) + term.get(i));
        }
    }
}
