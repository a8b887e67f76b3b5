package io.github.marspark.model.autoencoder;

import java.nio.FloatBuffer;
import java.util.stream.IntStream;

/**
 * When codes that no place is near to begin anew, at latents of the present batch. Codes are learned by the gradient of the
 * places that have them, so that a code without places would never move. At the steps 0, {@code every}, 2 {@code every} …
 * below {@code end}, before the search of that step, the j-th dead code becomes the row {@code p(j mod N)} of the N latents of
 * the step's batch, p a permutation drawn from (seed, step). At step 0 all codes are dead.
 *
 * @param every so many steps; 0 for never
 * @param end number of the step from which on none begins anew
 * @see <a href="https://arxiv.org/abs/2005.00341">Jukebox, section 3.1, random restarts</a>
 */
public record CodeRestart(int every, long end) {
    /** Checks both. */
    public CodeRestart {
        if (every < 0) {
            throw new IllegalArgumentException("every is " + every + ", must be at least 0");
        }
        if (end < 0) {
            throw new IllegalArgumentException("end is " + end + ", must be at least 0");
        }
    }

    /** Whether dead codes begin anew in a step. */
    public boolean isAt(long step) {
        return every > 0 && step < end && step % every == 0;
    }

    /**
     * The ids of the dead codes.
     *
     * @param sinceRestart how often each code was the nearest one since the last restart
     * @return ascending
     */
    static int[] dead(long step, CodeUsage sinceRestart) {
        long[] counts = sinceRestart.counts();
        return IntStream.range(0, counts.length)
                .filter(code -> step == 0 || counts[code] == 0)
                .toArray();
    }

    /**
     * Lets dead codes begin anew.
     *
     * @param dead their ids, ascending
     * @param rows the latents of the batch, {@code (N, Z)}
     * @param order a permutation of 0 … N - 1
     * @param vectors of the codes, {@code (Q, Z)}, of which those of the dead are written
     */
    static void replace(int[] dead, float[] rows, int[] order, FloatBuffer vectors) {
        int size = rows.length / order.length;
        for (int j = 0; j < dead.length; j++) {
            vectors.put(dead[j] * size, rows, order[j % order.length] * size, size);
        }
    }
}
