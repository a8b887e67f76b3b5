package io.github.marspark.model.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The limits of the numeric tests are wide enough for any order of roundings; here they are shown to be narrow enough for
 * mistakes. Each is compiled into a copy of its class, on which the real test runs and has to fail by an assertion.
 */
class MutationTest {
    private static final String KERNELS = "tensor.CpuKernelsTest";
    private static final String STEPS = "diffusion.AncestralSamplerTest";

    @TempDir
    private Path folder;

    static List<Mutation> ofKernels() {
        return List.of(
                new Mutation(
                        "ten times the epsilon of a layer normalisation",
                        "tensor/CpuLayerNorm.java",
                        "0, n) / n + epsilon)",
                        "0, n) / n + 10 * epsilon)",
                        KERNELS,
                        "normalisation"),
                new Mutation(
                        "a variance over n - 1 values",
                        "tensor/CpuLayerNorm.java",
                        "Loops.dot(values, values, 0, n) / n",
                        "Loops.dot(values, values, 0, n) / (n - 1)",
                        KERNELS,
                        "normalisation"),
                new Mutation(
                        "a variance in place of a deviation",
                        "tensor/CpuLayerNorm.java",
                        "1 / Math.sqrt(",
                        "1 / (",
                        KERNELS,
                        "normalisation"),
                new Mutation(
                        "the last elements of a row are left out of a product",
                        "tensor/Loops.java",
                        "for (; i < to; i++) {\n            a += x[i] * y[i];",
                        "for (; i < to - 1; i++) {\n            a += x[i] * y[i];",
                        KERNELS,
                        "normalisation"),
                new Mutation(
                        "scores that are not scaled",
                        "tensor/CpuAttention.java",
                        "(float) (1 / Math.sqrt(cut.headWidth))",
                        "1",
                        KERNELS,
                        "attention"),
                new Mutation(
                        "the last key is left out of a sum of exponentials",
                        "tensor/CpuAttention.java",
                        "hide(key, n, sight, 0);\n                Loops.accumulate(values, sums, n);",
                        "hide(key, n, sight, 0);\n                Loops.accumulate(values, sums, key == cut.keys - 1 ? 0 : n);",
                        KERNELS,
                        "attention"),
                new Mutation(
                        "a softmax whose way back forgets the mean",
                        "tensor/CpuAttention.java",
                        "Loops.subtractShare(values, sums, others, n);",
                        "",
                        KERNELS,
                        "attention"),
                new Mutation(
                        "the approximation of GELU by tanh",
                        "tensor/Loops.java",
                        "y[i] = 0.5f * v * (1 + erf(v * SQRT_HALF)) * factor[i];",
                        "y[i] = 0.5f * v * (1 + tanh(0.79788456f * (v + 0.044715f * v * v * v))) * factor[i];",
                        KERNELS,
                        "elementwise"),
                new Mutation(
                        "a logarithm of 2 that is not exact",
                        "tensor/Loops.java",
                        "LN_2_LOW = -2.12194440e-4f",
                        "LN_2_LOW = -2.2e-4f",
                        KERNELS,
                        "attention"),
                new Mutation(
                        "kept values that are not scaled",
                        "tensor/CpuDropout.java",
                        "Float.floatToRawIntBits(dropout.scale())",
                        "Float.floatToRawIntBits(1)",
                        KERNELS,
                        "rows"),
                new Mutation(
                        "a gradient that is overwritten where it is to be added to",
                        "tensor/CpuKernels.java",
                        "addTo(row, total, beta);",
                        "addTo(row, total, 0);",
                        KERNELS,
                        "rows"),
                new Mutation(
                        "the other epsilon of a group normalisation",
                        "tensor/CpuGroupNorm.java",
                        "variance + GroupNorm.EPSILON",
                        "variance + 1e-5",
                        KERNELS,
                        "groupNorms"),
                new Mutation(
                        "an image whose last row is not seen",
                        "tensor/Windows.java",
                        "row < rows.limit()",
                        "row < rows.limit() - 1",
                        KERNELS,
                        "convolutions"),
                new Mutation(
                        "a layer normalisation with the other epsilon in every network",
                        "tensor/Tape.java",
                        "EPSILON = 1e-6f",
                        "EPSILON = 1e-5f",
                        "mar.MarNetworkTest",
                        "theEncodersExactActivationsAreTheRecordedOnes"),
                new Mutation(
                        "frequencies that fall a step too fast",
                        "mar/TimeSinusoid.java",
                        "* i / HALF)",
                        "* i / (HALF - 1))",
                        "mar.MarNetworkTest",
                        "theHeadsExactActivationsAreTheRecordedOnes"));
    }

    static List<Mutation> ofTheSampler() {
        return List.of(
                new Mutation(
                        "a posterior variance one step off",
                        "diffusion/GaussianDiffusion.java",
                        "beta(t) * (1 - alphaBarPrevious(t)) / (1 - alphaBar(t))",
                        "beta(t) * (1 - alphaBar(t)) / (1 - alphaBarNext(t))",
                        "diffusion.GaussianDiffusionTest",
                        "tablesEqualTheReference"),
                new Mutation(
                        "the posterior variance of the first step where the second's belongs",
                        "diffusion/GaussianDiffusion.java",
                        "Math.max(t, 1)",
                        "Math.max(t, 2)",
                        "diffusion.GaussianDiffusionTest",
                        "tablesEqualTheReference"),
                new Mutation(
                        "a place of the variance that is not halved",
                        "diffusion/AncestralSampler.java",
                        "(variance + 1) / 2",
                        "(variance + 1) / 2.0001",
                        STEPS,
                        "everyReverseStepEqualsTheReference"),
                new Mutation(
                        "a mean around the noisy value alone",
                        "diffusion/AncestralSampler.java",
                        "diffusion.cleanCoefficient(index) * clamped + ",
                        "",
                        STEPS,
                        "everyReverseStepEqualsTheReference"),
                new Mutation(
                        "noise by the variance in place of the deviation",
                        "diffusion/AncestralSampler.java",
                        "Math.exp(0.5 * posterior.logVariance()[i])",
                        "Math.exp(posterior.logVariance()[i])",
                        STEPS,
                        "everyDrawEqualsTheReference"),
                new Mutation(
                        "a temperature that is forgotten",
                        "diffusion/AncestralSampler.java",
                        " * options.temperature()",
                        "",
                        STEPS,
                        "everyDrawEqualsTheReference"),
                new Mutation(
                        "the noise of the step before",
                        "diffusion/AncestralSampler.java",
                        "noise.step(step)",
                        "noise.step(Math.max(0, step - 1))",
                        STEPS,
                        "theWholeLoopEqualsTheReference"),
                new Mutation(
                        "a guidance scale of a hundredth more",
                        "diffusion/AncestralSampler.java",
                        "unconditional + guidance *",
                        "unconditional + 1.01 * guidance *",
                        STEPS,
                        "guidanceMovesTheNoiseAndLeavesTheVarianceOfTheConditionalHalf"),
                new Mutation(
                        "a bin of another width",
                        "diffusion/VariationalBound.java",
                        "HALF_BIN = 1.0 / 255",
                        "HALF_BIN = 1.0 / 256",
                        "diffusion.DiffusionLossTest",
                        "termsEqualTheReference"),
                new Mutation(
                        "a bound that takes the posterior for the other",
                        "diffusion/VariationalBound.java",
                        "Math.exp(trueLogVariance - logVariance)",
                        "Math.exp(logVariance - trueLogVariance)",
                        "diffusion.DiffusionLossTest",
                        "termsEqualTheReference"),
                new Mutation(
                        "a second moment that is not corrected",
                        "optimization/AdamW.java",
                        "(float) Math.sqrt(second[i]) * correction",
                        "(float) Math.sqrt(second[i])",
                        "optimization.AdamWTest",
                        "parametersAfterTheFirstStepEqualTheReference"),
                new Mutation(
                        "parameters without a gradient that move by a hundredth of the learning rate",
                        "optimization/AdamW.java",
                        "rate * first[i] / root",
                        "rate * (first[i] == 0 ? 0.01f : first[i] / root)",
                        "mar.MarTrainingTest",
                        "theExactStepsOfTrainingAreTheRecordedOnes"),
                new Mutation(
                        "a decay of parameters that are exempt",
                        "optimization/WeightDecayRule.java",
                        "dimensions == 1 || ",
                        "",
                        "mar.MarTrainingTest",
                        "theExactStepsOfTrainingAreTheRecordedOnes"));
    }

    static List<Mutation> ofTheSystems() {
        String training = "mar.SystemTrainingTest";
        String generation = "mar.SystemGenerationTest";
        return List.of(
                new Mutation(
                        "a query that sees the key behind its own",
                        "tensor/CpuAttention.java",
                        "Arrays.fill(values, head, head + key, value)",
                        "Arrays.fill(values, head, head + Math.max(0, key - 1), value)",
                        KERNELS,
                        "attention"),
                new Mutation(
                        "hidden keys that still count in the sum of exponentials",
                        "tensor/CpuAttention.java",
                        "hide(key, n, sight, 0);",
                        "",
                        KERNELS,
                        "attention"),
                new Mutation(
                        "a gradient of cross-entropy without its target",
                        "loss/CrossEntropyLoss.java",
                        "(k == id ? 1 : 0)",
                        "0",
                        "loss.CrossEntropyLossTest",
                        "theGradientIsThatOfTheLoss"),
                new Mutation(
                        "a slot that is told the position of the token before",
                        "mar/CausalTransformer.java",
                        "x = add(tape, x, \"decoder\", predicted);",
                        "x = add(tape, x, \"decoder\", java.util.Arrays.stream(own).map(i -> Math.max(0, i - 1)).toArray());",
                        training,
                        "everyActivationIsTheRecordedOne"),
                new Mutation(
                        "guidance that combines the wrong way round",
                        "mar/CategoricalTokens.java",
                        "guidance * (logits[row * codes + k] - unconditional)",
                        "guidance * (unconditional - logits[row * codes + k])",
                        generation,
                        "eachIterationIsTheRecordedOne"),
                new Mutation(
                        "ids that are kept where confidence is least",
                        "mar/Reveal.java",
                        "-confidence[i]",
                        "confidence[i]",
                        generation,
                        "whatIsGeneratedIsTheRecordedSample"));
    }

    @ParameterizedTest
    @MethodSource({"ofKernels", "ofTheSampler", "ofTheSystems"})
    void aPlantedMistakeIsCaught(Mutation mutation) throws Exception {
        mutation.compileInto(folder);
        List<Throwable> failures = new MutatedTests(folder).failures(mutation.test(), mutation.method());
        assertThat(failures).as(mutation.mistake()).isNotEmpty().allMatch(AssertionError.class::isInstance);
    }

    @Test
    void withoutAMistakeTheSameTestsPass() throws Exception {
        MutatedTests unchanged = new MutatedTests(folder);
        assertThat(unchanged.failures(KERNELS, "attention")).isEmpty();
        assertThat(unchanged.failures(STEPS, "everyReverseStepEqualsTheReference"))
                .isEmpty();
        assertThat(unchanged.failures("diffusion.DiffusionLossTest", "termsEqualTheReference"))
                .isEmpty();
    }
}
