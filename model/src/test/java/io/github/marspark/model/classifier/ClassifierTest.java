package io.github.marspark.model.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.optimization.AdamW;
import io.github.marspark.model.optimization.GradientClipping;
import io.github.marspark.model.optimization.LearningRate;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Threads;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassifierTest {
    private static final ClassifierConfig CONFIG = new ClassifierConfig(12, 2, 8, 3);

    /** Noise with a bar whose place in the image, above, in the middle or below, is the class. */
    private record Bars(int count, int labels) implements LabelledSource {
        @Override
        public int label(int index) {
            return index % labels;
        }

        @Override
        public void read(int index, float[] target, int offset) {
            Random random = new Random(index);
            for (int i = 0; i < 2 * 144; i++) {
                int row = i / 12 % 12;
                boolean inside = row / 4 == index % 3 && row % 4 > 0;
                target[offset + i] = (float) (0.3 * random.nextGaussian() + (inside ? 0.6 : -0.6));
            }
        }
    }

    private static ClassifierTraining training(long seed) {
        return new ClassifierTraining(
                new AdamW(0.9, 0.99, 1e-8, 0.01),
                new LearningRate.Constant(3e-3, 5),
                new GradientClipping(1),
                0.2,
                0.1,
                0.9,
                16,
                seed);
    }

    private static ClassifierTrainer trained(long seed, int threads, int steps) {
        ClassifierTrainer trainer =
                new ClassifierTrainer(CONFIG, training(seed), new Bars(60, 3), new CpuKernels(new Threads(threads)));
        for (int i = 0; i < steps; i++) {
            assertThat(trainer.step().number()).isEqualTo(i);
        }
        return trainer;
    }

    @Test
    void learnsWhatDistinguishesClasses() {
        ClassifierQuality quality = trained(1, 1, 60).measure(new Bars(90, 3));
        assertThat(quality.images()).isEqualTo(90);
        assertThat(quality.accuracy()).isEqualTo(1);
        assertThat(quality.accuracy(2)).isEqualTo(1);
        assertThat(quality.confusion()[0]).containsExactly(30, 0, 0);
    }

    @Test
    void aTrainingIsAFunctionOfItsSeed() {
        float[] values = trained(7, 1, 4).values().toFloatVector();
        assertThat(trained(7, 2, 4).values().toFloatVector()).isEqualTo(values);
        assertThat(trained(8, 1, 4).values().toFloatVector()).isNotEqualTo(values);
    }

    @Test
    void answersAreFeaturesAndLogitsOfEachImage() {
        ClassifierTrainer trainer = trained(1, 1, 1);
        CpuKernels kernels = new CpuKernels(new Threads(1));
        float[] pixels = new ImageRows(CONFIG, new Bars(3, 3)).plain(new int[] {0, 1, 2});
        Classifier.Answer all = trainer.classifier().evaluate(kernels, pixels);
        assertThat(all.features()).hasSize(3 * ClassifierConfig.FEATURES);
        assertThat(all.logits()).hasSize(3 * 3);
        float[] last = Arrays.copyOfRange(pixels, 2 * CONFIG.imageValues(), 3 * CONFIG.imageValues());
        float[] alone = trainer.classifier().evaluate(kernels, last).features();
        for (int i = 0; i < alone.length; i++) {
            assertThat(alone[i])
                    .isCloseTo(all.features()[2 * alone.length + i], Offset.offset(1e-4f)); // sums in another order
        }
        assertThat(new Classifier.Answer(new float[0], new float[] {1, 3, 3, -2, -1, -3}).labels(3))
                .containsExactly(1, 1);
    }

    @ParameterizedTest
    @CsvSource({"12,1,6,8", "28,2,7,16", "32,2,8,16", "64,3,8,32", "256,5,8,32", "8,1,4,8", "2,1,1,8"})
    void levelsHalveTheSideDownToEight(int resolution, int levels, int lastSide, int lastChannels) {
        ClassifierConfig config = new ClassifierConfig(resolution, 3, 8, 10);
        assertThat(config.levels()).isEqualTo(levels);
        assertThat(config.lastSide()).isEqualTo(lastSide);
        assertThat(config.lastChannels()).isEqualTo(lastChannels);
        ParameterSpec features = ClassifierParameters.layout(config).specs().stream()
                .filter(spec -> spec.name().equals("features.weight"))
                .findFirst()
                .orElseThrow();
        assertThat(features.shape()).containsExactly(ClassifierConfig.FEATURES, lastChannels, lastSide, lastSide);
    }

    // ---- parts

    @Test
    void theGradientOfTheCrossEntropyIsItsSlope() {
        float[] logits = {0.5f, -1, 2, 0.25f, 0.125f, -3};
        int[] labels = {2, 0};
        CrossEntropy entropy = CrossEntropy.of(logits, labels, 0.1);
        for (int i = 0; i < logits.length; i++) {
            float[] above = logits.clone();
            float[] below = logits.clone();
            above[i] += 0x1p-8f;
            below[i] -= 0x1p-8f;
            double slope = (CrossEntropy.of(above, labels, 0.1).loss()
                            - CrossEntropy.of(below, labels, 0.1).loss())
                    / 0x1p-7;
            assertThat((double) entropy.gradient()[i]).isCloseTo(slope, Offset.offset(1e-5)); // step squared / 6
        }
        assertThat(CrossEntropy.of(new float[] {1000, 0}, new int[] {1}, 0).loss())
                .isEqualTo(1000);
    }

    /** Images whose values are their place, so that one sees where a pixel came from. */
    private record Places() implements LabelledSource {
        @Override
        public int count() {
            return 500;
        }

        @Override
        public int label(int index) {
            return 0;
        }

        @Override
        public void read(int index, float[] target, int offset) {
            for (int i = 0; i < 28 * 28; i++) {
                target[offset + i] = i;
            }
        }
    }

    @Test
    void imagesAreMirroredAndMovedByAtMostAFourteenth() {
        ClassifierConfig config = new ClassifierConfig(28, 1, 8, 2);
        ImageRows rows = new ImageRows(config, new Places());
        int[] numbers = new int[500];
        Arrays.setAll(numbers, i -> i);
        float[] changed = rows.changed(numbers, new Draws(3), 11);
        boolean[][][] seen = new boolean[5][5][2];
        for (int image = 0; image < 500; image++) {
            int centre = image * 784 + 14 * 28 + 14;
            int step = (int) (changed[centre + 1] - changed[centre]);
            assertThat(step).isIn(1, -1);
            int row = (int) changed[centre] / 28;
            int column = (int) changed[centre] % 28;
            seen[row - 12][step == 1 ? column - 12 : column - 11][step == 1 ? 0 : 1] = true;
        }
        assertThat(seen).isDeepEqualTo(all());
        assertThat(rows.changed(new int[] {499}, new Draws(3), 11))
                .isEqualTo(Arrays.copyOfRange(changed, 499 * 784, 500 * 784));
        assertThat(rows.plain(new int[] {0})[29]).isEqualTo(29);
    }

    private static boolean[][][] all() {
        boolean[][][] all = new boolean[5][5][2];
        for (boolean[][] rows : all) {
            for (boolean[] row : rows) {
                Arrays.fill(row, true);
            }
        }
        return all;
    }

    // ---- what is refused

    @Test
    void whatCannotBeTrainedIsRefused() {
        CpuKernels kernels = new CpuKernels(new Threads(1));
        assertRefused(
                () -> new ClassifierTrainer(CONFIG, training(1), new Bars(0, 3), kernels),
                "images are 0, must be at least 1");
        ClassifierTrainer trainer = new ClassifierTrainer(CONFIG, training(1), new Bars(4, 4), kernels);
        assertRefused(trainer::step, "the label of image 3 is 3, must be in 0 … 2");
        assertRefused(() -> trainer.measure(new Bars(4, 4)), "the label of image 3 is 3, must be in 0 … 2");
        assertRefused(
                () -> trainer.classifier().evaluate(kernels, new float[7]),
                "pixels has 7 values, must have a positive multiple of 288");
    }

    @Test
    void sizesThatAreNoneAreRefused() {
        assertRefused(() -> new ClassifierConfig(1, 3, 8, 2), "resolution is 1, must be at least 2");
        assertRefused(() -> new ClassifierConfig(28, 0, 8, 2), "imageChannels is 0, must be at least 1");
        assertRefused(() -> new ClassifierConfig(28, 3, 4, 2), "width is 4, must be at least 8");
        assertRefused(() -> new ClassifierConfig(28, 3, 12, 2), "width is 12, must be a multiple of 8");
        assertRefused(() -> new ClassifierConfig(28, 3, 8, 1), "classes is 1, must be at least 2");
        assertThatThrownBy(() -> new ClassifierTraining(
                        new AdamW(0.9, 0.99, 1e-8, 0),
                        new LearningRate.Constant(1, 0),
                        new GradientClipping(1),
                        1,
                        0,
                        0,
                        1,
                        1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("dropout is 1.0, must be in [0, 1)");
    }

    private static void assertRefused(Runnable action, String message) {
        assertThatThrownBy(action::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
