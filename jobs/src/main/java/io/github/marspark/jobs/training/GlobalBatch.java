package io.github.marspark.jobs.training;

import io.github.marspark.jobs.recipe.Mirror;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.model.dl4j.MarFeatures;
import io.github.marspark.model.masking.Patchify;
import io.github.marspark.model.random.Draws;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The batch of each step, a function of recipe and step alone: its B slots are numbered through the training, and each
 * epoch deals a new permutation of the records to them. The recipe's S streams own equal parts of the slots and each of
 * the N ranks S / N neighbouring streams, so that rank r computes slots {@code r B / N} to {@code (r + 1) B / N}.
 *
 * <p>What chance decides about a slot is drawn from (seed, step, slot). Not thread-safe.
 */
final class GlobalBatch {
    private static final float LEAST_LOG_VARIANCE = -30;
    private static final float LARGEST_LOG_VARIANCE = 20;

    private final Recipe recipe;
    private final LatentSet latents;
    private final Draws draws;
    private final Patchify patchify;
    private final long[] epochs = {-1, -1};
    private final int[][] orders = new int[2][];

    GlobalBatch(Recipe recipe, LatentSet latents) {
        this.recipe = recipe;
        this.latents = latents;
        this.draws = new Draws(recipe.seed());
        this.patchify = new Patchify(
                latents.header().channels(),
                latents.header().height(),
                latents.header().width(),
                recipe.model().patch());
    }

    private long position(long step, int slot) {
        return Math.addExact(Math.multiplyExact(step, recipe.train().globalBatch()), slot);
    }

    /** Epochs done when a step begins. */
    double epoch(long step) {
        return (double) position(step, 0) / latents.size();
    }

    /** Which record a slot holds. */
    int record(long step, int slot) {
        long position = position(step, slot);
        return order(position / latents.size())[(int) (position % latents.size())];
    }

    private int[] order(long epoch) {
        int place = (int) (epoch % 2);
        if (epochs[place] != epoch) {
            orders[place] = draws.shuffle(epoch, latents.size());
            epochs[place] = epoch;
        }
        return orders[place];
    }

    /** The names of the images in some slots. */
    List<String> ids(long step, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(slot -> latents.id(record(step, slot)))
                .toList();
    }

    /** Some slots of a step, ready for the network. */
    MarFeatures slots(long step, int from, int to) {
        int[] records =
                IntStream.range(from, to).map(slot -> record(step, slot)).toArray();
        int size = latents.header().momentCount() / 2;
        float[] values = new float[records.length * size]; // (B, C, h, w)
        for (int b = 0; b < records.length; b++) {
            draw(step, from + b, records[b], values, b * size);
        }
        return new MarFeatures(
                step,
                IntStream.range(from, to).asLongStream().toArray(),
                IntStream.of(records).map(latents::label).toArray(),
                patchify.patchify(values));
    }

    /** Draws a latent from the distribution of an image or its mirror image, and scales it. */
    private void draw(long step, int slot, int record, float[] values, int offset) {
        boolean mirrored = recipe.data().mirror() == Mirror.HORIZONTAL && draws.mirrors(step, slot);
        float[] moments = mirrored ? latents.mirroredMoments(record) : latents.moments(record);
        int size = moments.length / 2;
        float[] noise = draws.posteriorNoise(step, slot, size);
        double scale = latents.header().scaleFactor();
        for (int i = 0; i < size; i++) {
            float logVariance = Math.min(LARGEST_LOG_VARIANCE, Math.max(LEAST_LOG_VARIANCE, moments[size + i]));
            values[offset + i] = (float) (scale * (moments[i] + StrictMath.exp(0.5 * logVariance) * noise[i]));
        }
    }
}
