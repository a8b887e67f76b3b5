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
        };
    }
}
