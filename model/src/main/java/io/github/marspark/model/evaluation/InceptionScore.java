package io.github.marspark.model.evaluation;

import java.util.Arrays;

/**
 * The Inception score: {@code exp(mean over images of KL(p || q))} of a classifier's {@code p = softmax(logits)} and its
 * mean {@code q}, for each of some splits of the images; mean and deviation are those of the splits' scores.
 *
 * <p>A split's sums run over its images in their order, and a split is never divided, so that a task a split gives the
 * same bits wherever it runs.
 *
 * @see <a href="https://arxiv.org/abs/1606.03498">Salimans et al. 2016, section 4</a>
 */
public final class InceptionScore {
    /** Splits of published numbers. */
    public static final int SPLITS = 10;

    /** Seed of the order in which published numbers divide images into splits. */
    public static final long SEED = 2020;

    private InceptionScore() {}

    /**
     * Divides images into splits of as many images, up to one.
     *
     * @param order all images' numbers; of classes one after another, a plain order would give each split some classes
     *     only
     * @param splits number of splits
     * @return the images of each split
     * @throws IllegalArgumentException if there are fewer images than splits
     */
    public static int[][] split(int[] order, int splits) {
        if (splits < 1 || order.length < splits) {
            throw new IllegalArgumentException(
                    "images are " + order.length + ", must be at least one for each of " + splits + " splits");
        }
        int[][] result = new int[splits][];
        for (int i = 0; i < splits; i++) {
            int from = (int) ((long) order.length * i / splits);
            int to = (int) ((long) order.length * (i + 1) / splits);
            result[i] = Arrays.copyOfRange(order, from, to);
        }
        return result;
    }

    /**
     * The score of one split.
     *
     * @param logits of all images, not biased
     * @param images of the split
     * @throws IllegalArgumentException if there is no image or a logit is not finite
     */
    public static double of(Features logits, int[] images) {
        if (images.length == 0) {
            throw new IllegalArgumentException("a split has no images, must have at least 1");
        }
        int classes = logits.dimension();
        double[] row = new double[classes];
        double[] mean = new double[classes];
        double negativeEntropy = 0;
        for (int image : images) {
            FeatureTable.read(logits, image, row);
            negativeEntropy += addProbabilities(row, mean);
        }
        double score = negativeEntropy / images.length;
        for (double sum : mean) {
            double q = sum / images.length;
            score -= q > 0 ? q * Math.log(q) : 0;
        }
        return Math.exp(score);
    }

    /** Adds softmax of a row to the sums and returns {@code sum of p log p}. */
    private static double addProbabilities(double[] row, double[] sums) {
        double largest = Arrays.stream(row).max().orElseThrow();
        double total = 0;
        for (double logit : row) {
            total += Math.exp(logit - largest);
        }
        double logTotal = largest + Math.log(total);
        double negativeEntropy = 0;
        for (int i = 0; i < row.length; i++) {
            double logProbability = row[i] - logTotal;
            double probability = Math.exp(logProbability);
            sums[i] += probability;
            negativeEntropy += probability * logProbability;
        }
        return negativeEntropy;
    }

    /**
     * The score of all images in published numbers' order: those of {@link #SPLITS} splits of a permutation by
     * {@link #SEED}.
     *
     * @throws IllegalArgumentException if there are fewer images than splits or a logit is not finite
     */
    public static Spread of(Features logits) {
        int[] order = new NumpyRandom(SEED).permutation(logits.count());
        return Spread.of(Arrays.stream(split(order, SPLITS))
                .mapToDouble(images -> of(logits, images))
                .toArray());
    }
}
