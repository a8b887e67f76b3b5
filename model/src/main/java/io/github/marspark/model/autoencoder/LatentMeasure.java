package io.github.marspark.model.autoencoder;

import java.util.Optional;

/**
 * What the latents of some images are like.
 *
 * @param deviation standard deviation over all values and the distributions they are sampled from; its reciprocal is the
 *     factor that gives latents the deviation 1 that the diffusion expects
 * @param codes how often each code is the nearest one; empty for a KL autoencoder
 */
public record LatentMeasure(double deviation, Optional<CodeUsage> codes) {
    /** What is added up over batches. */
    static final class Sums {
        private final AutoencoderConfig config;
        private final CodeUsage codes;
        private double sum;
        private double squares;

        Sums(AutoencoderConfig config) {
            this.config = config;
            this.codes = new CodeUsage(config.codes());
        }

        void add(LatentDistribution distribution, float[] moments) {
            sum += distribution.sum(moments);
            squares += distribution.sumOfSquares(moments);
        }

        void add(int[] ids) {
            codes.add(ids);
        }

        LatentMeasure measure(int images) {
            double values = (double) images * config.latentValues();
            double mean = sum / values;
            return new LatentMeasure(
                    Math.sqrt(squares / values - mean * mean),
                    config.isQuantised() ? Optional.of(codes) : Optional.empty());
        }
    }
}
