package io.github.marspark.model.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.optimization.Descent;
import io.github.marspark.model.optimization.GradientClipping;
import io.github.marspark.model.optimization.LearningRate;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What codes go through: the nearest one, its gradients, its usage and its restart. */
class CodeLearningTest {
    private static final int SIZE = 2;
    private static final int CODES = 4;
    private static final AutoencoderConfig CONFIG =
            new AutoencoderConfig(4, 3, 4, List.of(1, 1), 1, List.of(), List.of(), SIZE, 2).withCodes(CODES);

    private final Kernels kernels = new CpuKernels(new Threads(1));
    private final Parameters parameters = parameters();
    private final Descent descent = Descent.of(
            parameters,
            AutoencoderTraining.ADAM,
            new LearningRate.Constant(0.125, 0),
            new GradientClipping(Double.MAX_VALUE));

    private static Parameters parameters() {
        Parameters parameters = Parameters.zeros(AutoencoderParameters.layout(CONFIG));
        parameters.initialize(new Draws(4));
        return parameters;
    }

    private CodeLearning learning(CodeRestart restart) {
        return new CodeLearning(CONFIG, new Quantization(1, 0.25, restart), parameters, descent, new Draws(9), kernels);
    }

    private float[] vectors() {
        return parameters
                .variable(AutoencoderParameters.CODEBOOK)
                .value()
                .toFloats()
                .clone();
    }

    @Test
    void ofEquallyNearCodesTheLowestIsTaken() {
        Codebook codebook = new Codebook(new float[] {5, 5, 1, 0, -1, 0, 1, 0}, SIZE);
        assertThat(codebook.nearest(new float[] {0, 0, 0, 3, 1, 0, -2, 0, 4, 4}, new Threads(2)))
                .containsExactly(1, 1, 1, 2, 0);
    }

    /** Beside vectors of length 4096, where the expanded square keeps no digit of a distance of 2^-13. */
    @Test
    void smallDistancesOfLongVectorsAreToldApart() {
        float near = 4096 + 0x1p-11f;
        Codebook codebook = new Codebook(new float[] {4096, 4096, near, 4096}, SIZE);
        assertThat(codebook.nearest(new float[] {near, 4096, 4096, 4096}, new Threads(1)))
                .containsExactly(1, 0);
    }

    @Test
    void codesStandAtTheirPlacesInRasterOrder() {
        Codebook codebook = new Codebook(new float[] {0, 10, 1, 11, 2, 12}, SIZE);
        float[] latents = codebook.latents(new int[] {2, 0, 1, 1}, 2);
        assertThat(latents).containsExactly(2, 0, 12, 10, 1, 1, 11, 11);
        assertThat(codebook.ids(latents, 2, new Threads(1))).containsExactly(2, 0, 1, 1);
        assertThatThrownBy(() -> codebook.latents(new int[] {0, 3}, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("id 3 at place 1, must be 0 to 2: it is that of no code");
        assertThatThrownBy(() -> new Codebook(new float[3], SIZE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("vectors has 3 values, must have a positive multiple of 2");
    }

    /**
     * By central differences, which are exact for a square; each term is moved by the one of its two sides that is not held
     * back, and what the decoder was given passes straight through.
     */
    @Test
    void gradientsAreThoseOfDifferences() {
        Random random = new Random(6);
        int places = 5;
        float[] latents = dyadic(random, places * SIZE);
        float[] nearest = dyadic(random, places * SIZE);
        float[] given = dyadic(random, places * SIZE);
        Quantization both = new Quantization(3, 0.5, new CodeRestart(0, 0));
        Quantization ofCodes = new Quantization(3, 0, both.restart());
        Quantization ofLatents = new Quantization(0, 0.5, both.restart());
        float[] codeGradient = both.codeGradient(latents, nearest);
        float[] latentGradient = both.latentGradient(latents, nearest, given);
        for (int i = 0; i < latents.length; i++) {
            float kept = nearest[i];
            nearest[i] = kept + 0.25f;
            double above = ofCodes.loss(latents, nearest);
            nearest[i] = kept - 0.25f;
            double slope = (above - ofCodes.loss(latents, nearest)) / 0.5;
            nearest[i] = kept;
            assertThat((double) codeGradient[i]).isCloseTo(slope, within(Math.abs(slope) * 0x1p-23));
            kept = latents[i];
            latents[i] = kept + 0.25f;
            above = ofLatents.loss(latents, nearest);
            latents[i] = kept - 0.25f;
            slope = given[i] + (above - ofLatents.loss(latents, nearest)) / 0.5;
            latents[i] = kept;
            assertThat((double) latentGradient[i]).isCloseTo(slope, within(Math.abs(slope) * 0x1p-22));
        }
    }

    /** Multiples of 1/16 within 4. */
    private static float[] dyadic(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (random.nextInt(129) - 64) / 16f;
        }
        return values;
    }

    @Test
    void aCodesGradientIsTheSumOverItsPlacesAndThatOfOthersIsZero() {
        parameters.variable(AutoencoderParameters.CODEBOOK).value().assign(new float[] {0, 0, 8, 8, 9, 9, -9, 9});
        parameters.forgetGradients();
        Bottleneck.Passage passage =
                learning(new CodeRestart(0, 0)).pass(new float[] {1, 0, 8, 9, 0, -2, 0, 0}, 0, new int[] {0});
        assertThat(passage.latents()).containsExactly(0, 0, 8, 8, 0, 0, 0, 0);
        assertThat(passage.loss()).isEqualTo(1.25 * (1 + 1 + 4) / 8);
        assertThat(passage.backward(new float[] {1, 1, 1, 1, 1, 1, 1, 1}))
                .containsExactly(1 + 0.0625f, 1, 1, 1 + 0.0625f, 1, 1 - 0.125f, 1, 1);
        assertThat(parameters
                        .variable(AutoencoderParameters.CODEBOOK)
                        .gradient()
                        .toFloats())
                .containsExactly(-0.25f, 0.5f, 0, -0.25f, 0, 0, 0, 0);
    }

    @Test
    void allCodesBeginAtLatentsOfTheFirstBatchAndDeadOnesAnew() {
        CodeLearning learning = learning(new CodeRestart(2, 4));
        float[] latents = {1, 1, 2, 2, 3, 3, 4, 4};
        int[] samples = {0};
        assertThat(learning.pass(latents, 0, samples).latents()).isEqualTo(latents);
        float[] one = {1, 1, 1, 1, 1, 1, 1, 1};
        learning.pass(one, 1, samples);
        assertThat(learning.sinceRestart().places()).isEqualTo(8);
        assertThat(learning.pass(one, 2, samples).latents()).isEqualTo(one);
        assertThat(vectors()).as("none was dead").containsOnly(1, 2, 3, 4);
        assertThat(learning.sinceRestart().places()).as("counted anew").isEqualTo(4);
        learning.pass(one, 3, samples);
        learning.pass(new float[] {7, 7, 7, 7, 7, 7, 7, 7}, 4, samples);
        assertThat(vectors()).as("no restart from its end on").containsOnly(1, 2, 3, 4);
        assertThat(learning.sinceRestart().places()).isEqualTo(12);
        assertThat(learning.ofEpoch().places()).isEqualTo(20);
    }

    @Test
    void whatBeginsAnewHasNoMomentum() {
        CodeLearning learning = learning(new CodeRestart(1, 2));
        int[] samples = {0};
        float[] latents = {1, 1, 2, 2, 3, 3, 4, 4};
        parameters.forgetGradients();
        Bottleneck.Passage passage = learning.pass(latents, 0, samples);
        passage.backward(new float[latents.length]);
        parameters.variable(AutoencoderParameters.CODEBOOK).gradient().assign(new float[] {1, 1, 1, 1, 1, 1, 1, 1});
        descent.descend(0, kernels.threads());
        float[] one = {5, 5, 5, 5, 5, 5, 5, 5};
        parameters.forgetGradients();
        learning.sinceRestart().clear(); // as if no place had had any
        learning.pass(one, 1, samples).backward(new float[one.length]);
        assertThat(vectors()).containsOnly(5);
        parameters.gradients().assign(0);
        descent.descend(0, kernels.threads());
        assertThat(vectors()).as("not moved by earlier steps").containsOnly(5);
    }

    @Test
    void usageAndPerplexityAreThoseOfTheCounts() {
        CodeUsage usage = new CodeUsage(40);
        assertThat(usage.perplexity()).isEqualTo(1);
        usage.add(new int[] {7, 7, 7, 9});
        assertThat(usage.used()).isEqualTo(2);
        assertThat(usage.usage()).isEqualTo(0.05);
        double expected = Math.exp(-(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)));
        assertThat(usage.perplexity()).isCloseTo(expected, within(expected * 0x1p-50));
        assertThat(usage.leavesCodesIdle()).isTrue();
        assertThat(usage).hasToString("2 of 40 codes used, perplexity 1.8");
        for (int code = 0; code < 5; code++) {
            usage.add(new int[] {10 + code, 20 + code, 30 + code});
        }
        assertThat(usage.leavesCodesIdle()).isFalse();
        usage.clear();
        assertThat(usage.places()).isZero();
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> new CodeRestart(-1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("every is -1, must be at least 0");
        assertThatThrownBy(() -> new CodeRestart(1, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("end is -1, must be at least 0");
        assertThatThrownBy(() -> new Quantization(Double.NaN, 0, new CodeRestart(0, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("codebookWeight is NaN, must be at least 0");
        assertThatThrownBy(() -> new Quantization(1, -1, new CodeRestart(0, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("commitmentWeight is -1.0, must be at least 0");
        assertThatThrownBy(() -> CONFIG.withCodes(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("codes is 1, must be 0 for none, or at least 2");
    }
}
