package io.github.marspark.jobs.evaluation;

import io.github.marspark.model.evaluation.FeatureTable;
import io.github.marspark.model.evaluation.Features;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a network says of images whose numbers follow one another, without those that cannot be read. Immutable.
 *
 * <p>Legend: {@code N} images, {@code D} features, {@code K} classes.
 *
 * @param first number of the first image that there might be
 * @param images their numbers in the set, {@code (N)}, ascending
 * @param labels class of each, or -1, {@code (N)}
 * @param features {@code (N, D)}
 * @param logits {@code (N, K)}
 * @param digests SHA-256 of the pixels of each, {@code (N, 32)}
 * @param rejects why others cannot be used, a sentence each
 */
record FeatureBlock(
        int first, int[] images, int[] labels, float[] features, float[] logits, byte[] digests, List<String> rejects)
        implements Serializable {
    static final int DIGEST = 32;

    int count() {
        return images.length;
    }

    /** The features, to be read by place in the block. */
    Features table() {
        return FeatureTable.of(features, features.length / count());
    }

    /** The features of one image. */
    float[] feature(int place) {
        return row(features, place);
    }

    /** The logits of one image. */
    float[] logit(int place) {
        return row(logits, place);
    }

    private float[] row(float[] table, int place) {
        int width = table.length / count();
        return Arrays.copyOfRange(table, place * width, (place + 1) * width);
    }

    /** Every second image of the set. */
    FeatureBlock half(int remainder) {
        int[] places = IntStream.range(0, count())
                .filter(place -> images[place] % 2 == remainder)
                .toArray();
        int dimension = features.length / count();
        float[] chosen = new float[places.length * dimension];
        for (int i = 0; i < places.length; i++) {
            System.arraycopy(features, places[i] * dimension, chosen, i * dimension, dimension);
        }
        int[] numbers = IntStream.of(places).map(place -> images[place]).toArray();
        return new FeatureBlock(first, numbers, new int[0], chosen, new float[0], new byte[0], List.of());
    }

    /** One block of some, in the order of their images. */
    static FeatureBlock joined(Iterable<FeatureBlock> parts) {
        List<FeatureBlock> sorted = new ArrayList<>();
        List<String> rejects = new ArrayList<>();
        int[] first = {Integer.MAX_VALUE};
        parts.forEach(part -> {
            first[0] = Math.min(first[0], part.first);
            rejects.addAll(part.rejects);
            if (part.count() > 0) {
                sorted.add(part);
            }
        });
        sorted.sort(Comparator.comparingInt(part -> part.images[0]));
        rejects.sort(null);
        int images = sorted.stream().mapToInt(FeatureBlock::count).sum();
        FeatureBlock block = new FeatureBlock(
                first[0],
                new int[images],
                new int[images],
                new float[sorted.stream().mapToInt(part -> part.features.length).sum()],
                new float[sorted.stream().mapToInt(part -> part.logits.length).sum()],
                new byte[images * DIGEST],
                rejects);
        int at = 0;
        for (FeatureBlock part : sorted) {
            block.put(part, at);
            at += part.count();
        }
        return block;
    }

    private void put(FeatureBlock part, int at) {
        int parts = part.count();
        System.arraycopy(part.images, 0, images, at, parts);
        System.arraycopy(part.labels, 0, labels, at, parts);
        System.arraycopy(part.features, 0, features, at * (part.features.length / parts), part.features.length);
        System.arraycopy(part.logits, 0, logits, at * (part.logits.length / parts), part.logits.length);
        System.arraycopy(part.digests, 0, digests, at * DIGEST, part.digests.length);
    }
}
