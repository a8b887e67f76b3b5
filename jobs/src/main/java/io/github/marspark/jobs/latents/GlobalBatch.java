package io.github.marspark.jobs.latents;

import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.jobs.recipe.LabelUse;
import io.github.marspark.jobs.recipe.Mirror;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.model.dl4j.MarFeatures;
import io.github.marspark.model.mar.Design.TokenLoss;
import io.github.marspark.model.masking.Patchify;
import io.github.marspark.model.random.Draws;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.SparkEnv;

/**
 * The batch of each step, a function of recipe and step alone: {@link DataOrder} says which record a slot holds, and what
 * chance decides about a slot is drawn from (seed, step, slot). Rank r of N has slots {@code r B / N} to
 * {@code (r + 1) B / N} and a copy of the records that these can hold. Not thread-safe.
 */
public final class GlobalBatch implements AutoCloseable {
    private final Recipe recipe;
    private final LatentSet latents;
    private final Draws draws;
    private final Patchify patchify;
    private final DataOrder order;
    private final HeldOut heldOut;

    /**
     * The slots of a rank.
     *
     * @param recipe of the training
     * @param latents those of the rank
     * @param order of those that are trained on
     * @param heldOut those that are not
     */
    GlobalBatch(Recipe recipe, LatentSet latents, DataOrder order, HeldOut heldOut) {
        this.recipe = recipe;
        this.latents = latents;
        this.order = order;
        this.heldOut = heldOut;
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
    public static GlobalBatch ofRank(Recipe recipe, LatentIndex index, int rank, int ranks) {
        return ofRank(recipe, index, rank, ranks, newLocalFile());
    }

    /**
     * The slots of a rank, whose records are copied to a file.
     *
     * @param recipe of the training
     * @param index of all records
     * @param rank of N
     * @param ranks N
     * @param file a new one on a local disk, which is gone when this is closed
     */
    public static GlobalBatch ofRank(Recipe recipe, LatentIndex index, int rank, int ranks, Path file) {
        DataOrder order = order(recipe, index);
        HeldOut heldOut = HeldOut.of(recipe, index.size());
        ValidationGroups measured = new ValidationGroups(heldOut.count(), rank, ranks);
        long first = heldOut.trainedRecord(order.first(rank, ranks));
        long end = heldOut.trainedRecord(order.end(rank, ranks) - 1) + 1;
        if (!measured.isEmpty()) {
            first = Math.min(first, heldOut.record(measured.first()));
            end = Math.max(end, heldOut.record(measured.end() - 1) + 1);
        }
        return new GlobalBatch(
                recipe, LatentSet.copy(index, first, end, recipe.data().mirror(), file), order, heldOut);
    }

    /** The order in which a training takes its records. */
    public static DataOrder order(Recipe recipe, LatentIndex index) {
        return new DataOrder(
                recipe.seed(),
                HeldOut.of(recipe, index.size()).trained(),
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
    public double epoch(long step) {
        return order.epoch(step);
    }

    private long record(long step, int slot) {
        return heldOut.trainedRecord(order.record(step, slot));
    }

    /** Which records are never trained on. */
    public HeldOut heldOut() {
        return heldOut;
    }

    /**
     * Records that are held out, ready for the network: without mirror images, each drawn by the same noise whenever it is.
     *
     * @param from number of the first among those held out, of this rank's
     * @param to number behind the last
     * @param fixed what the noise is drawn from
     */
    public MarFeatures heldOut(int from, int to, Draws fixed) {
        long[] records = IntStream.range(from, to).mapToLong(heldOut::record).toArray();
        if (hasIds()) {
            return features(0, records, records, ids(b -> latents.codes(records[b]), records.length));
        }
        int size = latents.header().latentCount();
        float[] values = new float[records.length * size]; // (B, C, h, w)
        for (int b = 0; b < records.length; b++) {
            float[] latent = latents.header()
                    .distribution()
                    .sample(
                            latents.moments(records[b]),
                            fixed.posteriorNoise(0, records[b], size),
                            latents.header().scaleFactor());
            System.arraycopy(latent, 0, values, b * size, size);
        }
        return features(0, records, records, patchify.patchify(values));
    }

    private MarFeatures features(long step, long[] samples, long[] records, float[] tokens) {
        return new MarFeatures(
                step, samples, LongStream.of(records).mapToInt(this::label).toArray(), tokens);
    }

    /** Whether the network's tokens are ids of codes. */
    private boolean hasIds() {
        return recipe.model().loss() == TokenLoss.CROSS_ENTROPY;
    }

    /** The ids of some images as tokens, {@code (B L, 1)}. */
    private static float[] ids(IntFunction<int[]> ofImage, int images) {
        int[] all = IntStream.range(0, images)
                .mapToObj(ofImage)
                .flatMapToInt(IntStream::of)
                .toArray();
        float[] tokens = new float[all.length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = all[i];
        }
        return tokens;
    }

    /** The names of the images in some slots. */
    public List<String> ids(long step, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(slot -> latents.id(record(step, slot)))
                .toList();
    }

    /** Some slots of a step, ready for the network. */
    public MarFeatures slots(long step, int from, int to) {
        long[] records =
                IntStream.range(from, to).mapToLong(slot -> record(step, slot)).toArray();
        long[] samples = IntStream.range(from, to).asLongStream().toArray();
        if (hasIds()) {
            return features(step, samples, records, ids(b -> codes(step, from + b, records[b]), records.length));
        }
        int size = latents.header().latentCount();
        float[] values = new float[records.length * size]; // (B, C, h, w)
        for (int b = 0; b < records.length; b++) {
            System.arraycopy(latent(step, from + b, records[b]), 0, values, b * size, size);
        }
        return features(step, samples, records, patchify.patchify(values));
    }

    /** A record's class, or none where the network is to learn none. */
    private int label(long record) {
        return recipe.data().labels() == LabelUse.NONE ? LatentHeader.UNLABELLED : latents.label(record);
    }

    /** Whether a slot is given its record's mirror image. */
    private boolean mirrors(long step, int slot) {
        return recipe.data().mirror() == Mirror.HORIZONTAL && draws.mirrors(step, slot);
    }

    private int[] codes(long step, int slot, long record) {
        return mirrors(step, slot) ? latents.mirroredCodes(record) : latents.codes(record);
    }

    /** Draws a latent from the distribution of an image or its mirror image, and scales it. */
    private float[] latent(long step, int slot, long record) {
        float[] moments = mirrors(step, slot) ? latents.mirroredMoments(record) : latents.moments(record);
        LatentHeader header = latents.header();
        float[] noise = draws.posteriorNoise(step, slot, header.latentCount());
        return header.distribution().sample(moments, noise, header.scaleFactor());
    }

    @Override
    public void close() {
        latents.close();
    }
}
