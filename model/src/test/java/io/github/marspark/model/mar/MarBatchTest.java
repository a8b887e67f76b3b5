package io.github.marspark.model.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.Threads;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class MarBatchTest {
    private static final MarConfig CONFIG = Reference.config();
    private static final Threads THREADS = new Threads(2);
    private static final int SIZE = CONFIG.tokens() * CONFIG.tokenSize();

    private static MarBatch draw(long step, long... samples) {
        float[] tokens = new float[samples.length * SIZE];
        return MarBatch.draw(CONFIG, new Draws(3), 1000, step, samples, new int[samples.length], tokens, THREADS);
    }

    @Test
    void whatIsDrawnForASampleDoesNotDependOnItsBatch() {
        MarBatch together = draw(9, 4, 8, 15);
        MarBatch alone = draw(9, 15);
        assertThat(alone.masking().maskedPositions(0))
                .isEqualTo(together.masking().maskedPositions(2));
        assertThat(alone.labels()[0]).isEqualTo(together.labels()[2]);
        int rows = alone.masking().masked();
        for (int copy = 0; copy < CONFIG.timestepsPerToken(); copy++) {
            int there = (copy * 3 + 2) * rows;
            int here = copy * rows;
            assertThat(Arrays.copyOfRange(alone.timesteps(), here, here + rows))
                    .isEqualTo(Arrays.copyOfRange(together.timesteps(), there, there + rows));
            int size = CONFIG.tokenSize();
            assertThat(Arrays.copyOfRange(alone.noise(), here * size, (here + rows) * size))
                    .isEqualTo(Arrays.copyOfRange(together.noise(), there * size, (there + rows) * size));
        }
    }

    @Test
    void stepsDiffer() {
        assertThat(draw(1, 4).noise()).isNotEqualTo(draw(2, 4).noise());
    }

    @Test
    void labelsAreDroppedAtTheConfiguredRate() {
        long[] samples = new long[4000];
        Arrays.setAll(samples, i -> i);
        long dropped = Arrays.stream(draw(1, samples).labels())
                .filter(label -> label == -1)
                .count();
        double rate = CONFIG.labelDrop();
        assertThat(dropped / 4000.0).isCloseTo(rate, Offset.offset(4 * Math.sqrt(rate * (1 - rate) / 4000)));
    }

    @Test
    void aTokenThatIsNoNumberIsRefused() {
        float[] tokens = new float[2 * SIZE];
        tokens[SIZE + 3] = Float.NaN;
        assertThatThrownBy(() ->
                        MarBatch.draw(CONFIG, new Draws(3), 1000, 0, new long[] {0, 1}, new int[2], tokens, THREADS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tokens hold NaN in sample 1, must be finite");
    }

    @Test
    void partsThatDoNotFitAreRefused() {
        Masking masking = Masking.of(new int[][] {{0, 1, 2, 3}}, 3);
        assertThatThrownBy(() -> new MarBatch(new float[8], new int[2], masking, new int[3], new float[6]))
                .hasMessage("labels has 2 values, must have 1");
        assertThatThrownBy(() -> new MarBatch(new float[8], new int[1], masking, new int[4], new float[8]))
                .hasMessage("time steps are 4, must be a multiple of the masked tokens, which are 3");
        assertThatThrownBy(() -> new MarBatch(new float[8], new int[1], masking, new int[3], new float[5]))
                .hasMessage("noise has 5 values, must have 6");
    }

    @Test
    void aLabelThatIsNoClassIsRefused() {
        MarBatch batch = new MarBatch(
                new float[SIZE],
                new int[] {10},
                Masking.of(new int[][] {new Draws(1).order(0, 0, CONFIG.tokens())}, 1),
                new int[1],
                new float[CONFIG.tokenSize()]);
        assertThatThrownBy(() -> batch.requireClasses(10))
                .hasMessage("label is 10, must be within 0 to 9, or -1 for none");
    }
}
