package io.github.marspark.model.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Mistakes in the kernels of a GPU are found: each is planted into the source, and the real test runs on it in a process of
 * its own, which has to fail or to break down.
 */
class KernelMutationTest {
    private static final int MOST_MINUTES = 3;
    private static final int PASSED = 0;
    private static final int NO_TEST = 2;

    /** A place of the source, what stands there instead, and the test that has to see it. */
    record Mistake(String what, String original, String mutant, String test) {
        @Override
        public String toString() {
            return what;
        }
    }

    static List<Mistake> mistakes() {
        return List.of(
                new Mistake(
                        "a value too many",
                        "if (index >= (unsigned int) (rows)",
                        "if (index > (unsigned int) (rows)",
                        "elementwise"),
                new Mistake(
                        "a sum that forgets half of a warp",
                        "WARP / 2; lanes > 0",
                        "WARP / 4; lanes > 0",
                        "normalisation"),
                new Mistake(
                        "a block that reads sums before they are there",
                        "    __syncthreads();\n    sum = warpSum(",
                        "    sum = warpSum(",
                        "groupNorms"),
                new Mistake(
                        "a block that writes sums before they are read",
                        "    __syncthreads(); // ofWarp is free again\n",
                        "",
                        "groupNorms"),
                new Mistake(
                        "a barrier for the first warp alone",
                        "    __syncthreads();\n    sum = warpSum(",
                        "    if (threadIdx.x < WARP) {\n        __syncthreads();\n    }\n    sum = warpSum(",
                        "groupNorms"),
                new Mistake("another hash", "0x85EBCA6Bu", "0x85EBCA6Du", "rows"),
                new Mistake("kept values that are not scaled", "? drop.factor : 0", "? 1.0f : 0", "rows"),
                new Mistake(
                        "a gradient that is overwritten", "beta == 0 ? value : value + *to", "value", "normalisation"),
                new Mistake(
                        "a coarse constant of GELU",
                        "0.5f * x * (1 + erff(x * 0.70710678f))",
                        "0.5f * x * (1 + erff(x * 0.7071f))",
                        "elementwise"),
                new Mistake(
                        "no epsilon",
                        "sqrtf(warpSum(squares) / columns + epsilon)",
                        "sqrtf(warpSum(squares) / columns)",
                        "normalisation"),
                new Mistake(
                        "rows that are summed twice", "min(rows, (int) (blockIdx.y + 1) * SUM_ROWS)", "rows", "rows"),
                new Mistake("row 0 that is not picked", "if (source >= 0)", "if (source > 0)", "rows"),
                new Mistake(
                        "a source of a row that is left out",
                        "s < starts[row + 1]; s++",
                        "s < starts[row + 1] - 1; s++",
                        "rows"),
                new Mistake(
                        "dropout that sees the first head alone",
                        "unsigned int element = (row - sample * (unsigned int) drop.sampleSize) * columns",
                        "unsigned int element = 0",
                        "attention"),
                new Mistake(
                        "a softmax whose way back forgets what was dropped",
                        "(w * g[i] - p * sum) * scale",
                        "(w * g[i] - w * sum) * scale",
                        "attention"),
                new Mistake(
                        "scores that are not scaled",
                        "most = fmaxf(most, scores[i] * scale)",
                        "most = fmaxf(most, scores[i])",
                        "attention"),
                new Mistake(
                        "taps of a window that are turned",
                        "u * g.kernelWidth + v]",
                        "v * g.kernelHeight + u]",
                        "convolutions"),
                new Mistake(
                        "windows that see beyond an image",
                        "y >= 0 && y < g.height && x0 >= 0",
                        "y >= 0 && y <= g.height && x0 >= 0",
                        "convolutions"),
                new Mistake(
                        "the slope of another activation",
                        "sigmoid * (1 + x * (1 - sigmoid))",
                        "sigmoid * (1 - x * (1 - sigmoid))",
                        "groupNorms"),
                new Mistake(
                        "squares of which a block sees its first alone",
                        "i < count; i += gridDim.y * (long long) THREADS",
                        "i < count; i += count",
                        "squares"),
                new Mistake(
                        "a row of pixels that is not doubled",
                        "row / (2 * width) * (width / 2)",
                        "row / width * (width / 2)",
                        "upsampling"));
    }

    @BeforeAll
    static void isThere() {
        assumeFalse(Emulation.isReplacedByGpu(), "a GPU may hang on planted mistakes");
        Emulation.libraries();
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void isFound(Mistake mistake) throws Exception {
        String source = CudaSource.text();
        assertThat(source).contains(mistake.original);
        String planted = source.replace(mistake.original, mistake.mutant);
        assertThat(status(planted, mistake.test)).isNotIn(PASSED, NO_TEST);
    }

    @Test
    void theSourceItselfPasses() throws Exception {
        assertThat(status(CudaSource.text(), "groupNorms")).isEqualTo(PASSED);
    }

    /** The status with which a process ends that runs a test of the kernels on a source. */
    private static int status(String source, String test) throws IOException, InterruptedException {
        Path folder = Emulation.build(source);
        folder.resolve("crash.log").toFile().deleteOnExit();
        folder.resolve("output.txt").toFile().deleteOnExit();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-CreateCoredumpOnCrash",
                        "-XX:ErrorFile=" + folder.resolve("crash.log"),
                        "-D" + Emulation.FOLDER + "=" + folder,
                        "-cp",
                        System.getProperty("java.class.path"),
                        KernelMutant.class.getName(),
                        test)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output.txt").toFile())
                .start();
        if (!process.waitFor(MOST_MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            return -1;
        }
        return process.exitValue();
    }
}
