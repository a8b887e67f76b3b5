package io.github.marspark.jobs.latents;

import io.github.marspark.jobs.recipe.TrainRecipe;

/**
 * A rank's slots of each global batch, computed in equal parts.
 *
 * @param first number of the first
 * @param count how many
 * @param parts how many parts, a divisor of the count
 */
public record Slots(int first, int count, int parts) {
    /**
     * The slots of a rank.
     *
     * @throws IllegalArgumentException if the number of ranks does not divide streams and batch
     */
    public static Slots of(TrainRecipe train, int rank, int ranks) {
        requireDivides(ranks, "train.streams", train.streams());
        requireDivides(ranks, "train.global-batch", train.globalBatch());
        int count = train.globalBatch() / ranks;
        int parts = 1;
        while (count % parts != 0 || count / parts > train.largestBatch()) {
            parts++;
        }
        return new Slots(rank * count, count, parts);
    }

    /** Whether the slots can be dealt to a number of ranks. */
    public static boolean divides(TrainRecipe train, int ranks) {
        return train.streams() % ranks == 0 && train.globalBatch() % ranks == 0;
    }

    private static void requireDivides(int ranks, String key, int value) {
        if (value % ranks != 0) {
            throw new IllegalArgumentException("executors is %d, must divide %s, which is %d; set executors=%d"
                    .formatted(ranks, key, value, largestDivisor(value, ranks)));
        }
    }

    private static int largestDivisor(int value, int most) {
        int divisor = most;
        while (value % divisor != 0) {
            divisor--;
        }
        return divisor;
    }

    /** The first slot of a part. */
    public int from(int part) {
        return first + count / parts * part;
    }

    public int end() {
        return first + count;
    }
}
