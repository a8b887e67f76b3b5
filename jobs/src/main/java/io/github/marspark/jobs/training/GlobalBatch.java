package io.github.marspark.jobs.training;

import io.github.marspark.jobs.latents.LatentIndex;
import io.github.marspark.jobs.latents.LatentSet;
import io.github.marspark.jobs.recipe.Mirror;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.model.autoencoder.LatentDistribution;
import io.github.marspark.model.dl4j.MarFeatures;
import io.github.marspark.model.masking.Patchify;
import io.github.marspark.model.random.Draws;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.SparkEnv;

/**
 * The batch of each step, a function of recipe and step alone: {@link DataOrder} says which record a slot holds, and what
 * chance decides about a slot is drawn from (seed, step, slot). Rank r of N has slots {@code r B / N} to
 * {@code (r + 1) B / N} and a copy of the records that these can hold. Not thread-safe.
 */
final class GlobalBatch implements AutoCloseable {
    private final Recipe recipe;
    private final LatentSet latents;
    private final Draws draws;
    private final Patchify patchify;
    private final DataOrder order;

    /**
     * The slots of a rank.
     *
     * @param recipe of the training
     * @param latents those of the rank
     * @param order of all
     */
    GlobalBatch(Recipe recipe, LatentSet latents, DataOrder order) {
        this.recipe = recipe;
        this.latents = latents;
        this.order = order;
        this.draws = new Draws(recipe.seed());
        this.patchify = new Patchify(
                latents.header().channels(),
                latents.header().height(),
                latents.header().width(),
                recipe.model().patch());
    }

    /**
     * The slots of a rank, whose records are copied to this executor's disk.
     *
     * @param recipe of the training
     * @param index of all records
     * @param rank of N
     * @param ranks N
     */
    static GlobalBatch ofRank(Recipe recipe, LatentIndex index, int rank, int ranks) {
        DataOrder order = order(recipe, index);
        return new GlobalBatch(
                recipe,
                LatentSet.copy(
                        index,
                        order.first(rank, ranks),
                        order.end(rank, ranks),
                        recipe.data().mirror(),
                        newLocalFile()),
                order);
    }

    /** The order in which a training takes its records. */
    static DataOrder order(Recipe recipe, LatentIndex index) {
        return new DataOrder(
                recipe.seed(),
                index.size(),
                recipe.train().globalBatch(),
                recipe.train().streams());
    }

    private static Path newLocalFile() {
        return SparkEnv.get()
                .blockManager()
                .diskBlockManager()
                .createTempLocalBlock()
                ._2()
                .toPath();
    }

    /** Epochs done when a step begins. */
    double epoch(long step) {
        return order.epoch(step);
    }

    /** The names of the images in some slots. */
    List<String> ids(long step, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(slot -> latents.id(order.record(step, slot)))
                .toList();
    }

    /** Some slots of a step, ready for the network. */
    MarFeatures slots(long step, int from, int to) {
        long[] records = IntStream.range(from, to)
                .mapToLong(slot -> order.record(step, slot))
                .toArray();
        int size = latents.header().momentCount() / 2;
        float[] values = new float[records.length * size]; // (B, C, h, w)
        for (int b = 0; b < records.length; b++) {
            System.arraycopy(latent(step, from + b, records[b]), 0, values, b * size, size);
        }
        return new MarFeatures(
                step,
                IntStream.range(from, to).asLongStream().toArray(),
                LongStream.of(records).mapToInt(latents::label).toArray(),
                patchify.patchify(values));
    }

    /** Draws a latent from the distribution of an image or its mirror image, and scales it. */
    private float[] latent(long step, int slot, long record) {
        boolean mirrored = recipe.data().mirror() == Mirror.HORIZONTAL && draws.mirrors(step, slot);
        float[] moments = mirrored ? latents.mirroredMoments(record) : latents.moments(record);
        int size = moments.length / 2;
        float[] noise = draws.posteriorNoise(step, slot, size);
        return new LatentDistribution(size)
                .sample(moments, noise, latents.header().scaleFactor());
    }

    @Override
    public void close() {
        latents.close();
    }
}
