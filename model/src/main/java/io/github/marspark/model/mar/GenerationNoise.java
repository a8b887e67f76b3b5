package io.github.marspark.model.mar;

import io.github.marspark.model.random.Draws;

/** Everything that chance decides while images are generated. Samples are numbered within the batch. */
public interface GenerationNoise {
    /** The order of a sample's tokens; it is generated from the end. */
    int[] order(int sample, int tokens);

    /** What the diffusion of a sample's next tokens starts from, {@code length} standard normal values. */
    float[] initial(int sample, int iteration, int length);

    /** What reverse step {@code step}, 0 the noisiest, adds to a sample's tokens, standard normal values. */
    float[] step(int sample, int iteration, int step, int length);

    /**
     * The uniform number, at least 0 and below 1, by which the id at a position is drawn.
     *
     * @param redraw how often the position was drawn before and not kept
     */
    double uniform(int sample, int position, int redraw);

    /** The uniform number from which comes what chance adds to the confidence in an id; see {@link Reveal}. */
    double confidence(int sample, int position, int iteration);

    /**
     * The noise of samples {@code first}, {@code first + 1} and so on, the same in whatever batch they are generated.
     *
     * @param draws of the sampling seed
     */
    static GenerationNoise of(Draws draws, long first) {
        return new GenerationNoise() {
            @Override
            public int[] order(int sample, int tokens) {
                return draws.generationOrder(first + sample, tokens);
            }

            @Override
            public float[] initial(int sample, int iteration, int length) {
                return draws.initialNoise(first + sample, iteration, length);
            }

            @Override
            public float[] step(int sample, int iteration, int step, int length) {
                return draws.stepNoise(first + sample, iteration, step, length);
            }

            @Override
            public double uniform(int sample, int position, int redraw) {
                return draws.idUniform(first + sample, position, redraw);
            }

            @Override
            public double confidence(int sample, int position, int iteration) {
                return draws.confidenceUniform(first + sample, position, iteration);
            }
        };
    }
}
