package io.github.marspark.model.mar;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.model.diffusion.SamplingNoise;
import io.github.marspark.model.masking.GenerationSchedule;
import org.junit.jupiter.api.Test;

/** Two images of four tokens of one number, in two iterations of two tokens. */
class GenerationBatchTest {
    private final float[] tokens = {0, 1, 2, 3, 4, 5, 6, 7};
    private final int[][] orders = {{2, 0, 3, 1}, {1, 3, 0, 2}};
    private final GenerationSchedule schedule = new GenerationSchedule(4, 2);

    private GenerationBatch batch(int iteration) {
        return GenerationBatch.of(tokens, new int[] {7, 8}, orders, schedule, iteration);
    }

    @Test
    void tokensAreDrawnFromTheOrdersEnd() {
        assertThat(batch(0).masking().masked()).isEqualTo(4);
        assertThat(batch(0).next()).containsExactly(1, 3, 4, 6);
        assertThat(batch(1).masking().masked()).isEqualTo(2);
        assertThat(batch(1).next()).containsExactly(0, 2, 5, 7);
    }

    @Test
    void guidanceAsksForTheSameTokensOnceMoreWithoutLabels() {
        GenerationBatch guided = batch(1).guided();
        assertThat(guided.labels()).containsExactly(7, 8, -1, -1);
        assertThat(guided.tokens()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(guided.next()).containsExactly(0, 2, 5, 7, 8, 10, 13, 15);
        assertThat(guided.masking().maskedPositions(2)).containsExactly(0, 2);
    }

    @Test
    void drawnTokensTakeTheirPlaces() {
        batch(0).reveal(new float[] {10, 30, 40, 60}, 2);
        assertThat(tokens).containsExactly(0, 10, 2, 30, 40, 5, 60, 7);
    }

    @Test
    void rowsHaveTheNoiseOfTheirSamplesHoweverTheyAreCut() {
        GenerationNoise numbered = new GenerationNoise() {
            @Override
            public int[] order(int sample, int tokensOfSample) {
                return orders[sample];
            }

            @Override
            public float[] initial(int sample, int iteration, int length) {
                return new float[] {100 * iteration + 10 * sample, 100 * iteration + 10 * sample + 1};
            }

            @Override
            public float[] step(int sample, int iteration, int step, int length) {
                return new float[] {1000 * step + 10 * sample, 1000 * step + 10 * sample + 1};
            }

            @Override
            public double uniform(int sample, int position, int redraw) {
                throw new AssertionError("no id is drawn");
            }

            @Override
            public double confidence(int sample, int position, int iteration) {
                throw new AssertionError("no id is drawn");
            }
        };
        SamplingNoise part = new IterationNoise(numbered, 1, 2, 1, 0).ofRows(1, 4);
        assertThat(part.initial()).containsExactly(101, 110, 111);
        assertThat(part.step(3)).containsExactly(3001, 3010, 3011);
    }
}
