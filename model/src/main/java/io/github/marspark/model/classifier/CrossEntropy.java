package io.github.marspark.model.classifier;

/**
 * The mean cross-entropy of {@code softmax(logits)} and labels, a share of whose certainty is spread over all classes, and
 * its gradient: {@code (softmax(logits) - target) / B}.
 *
 * @param loss in nats an image
 * @param gradient {@code (B, K)}, by the logits
 * @see <a href="https://arxiv.org/abs/1512.00567">Szegedy et al. 2015, section 7, on the spread</a>
 */
record CrossEntropy(double loss, float[] gradient) {
    /**
     * Compares a batch with its labels.
     *
     * @param logits {@code (B, K)}
     * @param labels {@code (B)}
     * @param spread share that is spread, in [0, 1)
     */
    static CrossEntropy of(float[] logits, int[] labels, double spread) {
        int classes = logits.length / labels.length;
        float[] gradient = new float[logits.length];
        double loss = 0;
        for (int image = 0; image < labels.length; image++) {
            int start = image * classes;
            double logTotal = logTotal(logits, start, classes);
            for (int i = 0; i < classes; i++) {
                double target = spread / classes + (labels[image] == i ? 1 - spread : 0);
                double logProbability = logits[start + i] - logTotal;
                loss -= target * logProbability / labels.length;
                gradient[start + i] = (float) ((Math.exp(logProbability) - target) / labels.length);
            }
        }
        return new CrossEntropy(loss, gradient);
    }

    private static double logTotal(float[] logits, int start, int classes) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = start; i < start + classes; i++) {
            largest = Math.max(largest, logits[i]);
        }
        double total = 0;
        for (int i = start; i < start + classes; i++) {
            total += Math.exp(logits[i] - largest);
        }
        return largest + Math.log(total);
    }
}
