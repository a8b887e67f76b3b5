package io.github.marspark.model.mar;

import io.github.marspark.model.diffusion.SamplingNoise;
import java.util.function.IntFunction;

/**
 * The noise of an iteration's rows, each sample's behind those of the one before.
 *
 * @param noise of the generation
 * @param iteration from 0
 * @param rows of each sample
 * @param size values of a row
 * @param redraw how often the positions were drawn before and not kept
 */
record IterationNoise(GenerationNoise noise, int iteration, int rows, int size, int redraw) {
    /** The uniform number by which the id of a sample's token is drawn. */
    double uniform(int sample, int position) {
        return noise.uniform(sample, position, redraw);
    }

    /** The noise of some rows; a sample of which they have but some draws all of its own. */
    SamplingNoise ofRows(int from, int to) {
        int length = rows * size;
        return new SamplingNoise() {
            @Override
            public float[] initial() {
                return join(from, to, sample -> noise.initial(sample, iteration, length));
            }

            @Override
            public float[] step(int step) {
                return join(from, to, sample -> noise.step(sample, iteration, step, length));
            }
        };
    }

    private float[] join(int from, int to, IntFunction<float[]> ofSample) {
        float[] all = new float[(to - from) * size];
        for (int sample = from / rows; sample * rows < to; sample++) {
            int first = Math.max(from, sample * rows);
            int end = Math.min(to, (sample + 1) * rows);
            int start = (first - sample * rows) * size;
            System.arraycopy(ofSample.apply(sample), start, all, (first - from) * size, (end - first) * size);
        }
        return all;
    }
}
