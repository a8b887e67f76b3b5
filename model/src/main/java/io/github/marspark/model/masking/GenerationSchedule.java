package io.github.marspark.model.masking;

/**
 * How many tokens each iteration of a generation predicts: after iteration {@code s} of {@code I},
 * {@code floor(H cos(π/2 (s+1)/I))} of the {@code H} that are drawn are still masked, but at least one fewer than before.
 * As many iterations as tokens predict one token each. The order is revealed from its end. Immutable and thread-safe.
 *
 * @param tokens {@code L}
 * @param hidden {@code H}, tokens that are masked at the beginning, in {@code 1 … L}; {@code L} but where some are kept
 * @param iterations {@code I}, in {@code 1 … H}
 * @see <a href="https://arxiv.org/abs/2406.11838">Li et al., section 3.4</a>
 */
public record GenerationSchedule(int tokens, int hidden, int iterations) {
    /**
     * Of an image that is drawn whole.
     *
     * @throws IllegalArgumentException when there are no iterations or more of them than tokens
     */
    public GenerationSchedule(int tokens, int iterations) {
        this(tokens, tokens, iterations);
    }

    /**
     * Checks the three.
     *
     * @throws IllegalArgumentException when as many tokens cannot be hidden, or there are no iterations or more of them than
     *     hidden tokens
     */
    public GenerationSchedule {
        if (hidden < 1 || hidden > tokens) {
            throw new IllegalArgumentException("hidden is %d, must be in 1 … %d".formatted(hidden, tokens));
        }
        if (iterations < 1) {
            throw new IllegalArgumentException("iterations is " + iterations + ", must be at least 1");
        }
        if (iterations > hidden) {
            throw new IllegalArgumentException(
                    "iterations is %s, must be at most the %s%s tokens: an iteration would have nothing to predict"
                            .formatted(iterations, hidden, hidden < tokens ? " hidden" : ""));
        }
    }

    /**
     * The number of tokens masked when an iteration begins.
     *
     * @param iteration in {@code 0 … I-1}
     * @return {@code H} for the first, fewer for each one after it
     */
    public int masked(int iteration) {
        int masked = hidden;
        for (int s = 0; s < iteration; s++) {
            masked = remaining(s, masked);
        }
        return masked;
    }

    /**
     * The number of tokens that an iteration predicts.
     *
     * @param iteration in {@code 0 … I-1}
     * @return at least 1
     */
    public int predicted(int iteration) {
        return masked(iteration) - end(iteration);
    }

    /**
     * The positions that an iteration predicts.
     *
     * @param order the sample's order, a permutation of {@code 0 … L-1}
     * @param iteration in {@code 0 … I-1}
     * @return {@code (predicted)}, ascending
     * @throws IllegalArgumentException when the order has another length
     */
    public int[] positions(int[] order, int iteration) {
        if (order.length != tokens) {
            throw new IllegalArgumentException("order has %s positions, must have %s".formatted(order.length, tokens));
        }
        return Masking.ascending(order, end(iteration), masked(iteration));
    }

    /**
     * The guidance scale of an iteration.
     *
     * @param schedule how it grows
     * @param guidance the full scale
     * @param iteration in {@code 0 … I-1}
     * @return the guidance to use
     */
    public double guidance(GuidanceSchedule schedule, double guidance, int iteration) {
        return schedule.at(guidance, tokens, remaining(iteration, masked(iteration)));
    }

    /** How many tokens an iteration leaves for the later ones. */
    private int end(int iteration) {
        return iteration == iterations - 1 ? 0 : masked(iteration + 1);
    }

    private int remaining(int iteration, int masked) {
        double share = Math.cos(Math.PI / 2 * (iteration + 1) / iterations);
        return Math.max(1, Math.min(masked - 1, (int) Math.floor(hidden * share)));
    }
}
