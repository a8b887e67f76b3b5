package io.github.marspark.model.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.Respacing;
import io.github.marspark.model.diffusion.SamplingOptions;
import io.github.marspark.model.mar.MarGenerator.Options;
import io.github.marspark.model.masking.GuidanceSchedule;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Generations that keep tokens of a picture. */
class KeptTokensTest {
    private static final Draws DRAWS = new Draws(5);
    private static final int[] LABELS = {0, 1, -1};

    private final Kernels kernels = new CpuKernels(new Threads(2));
    private final MarConfig config = Reference.config();
    private final MarNetwork network = new MarNetwork(config, Reference.parameters(DataType.FLOAT, kernels)::get);
    private final int size = config.tokenSize();
    private final float[] picture = DRAWS.noise(0, 0, config.tokens() * size);

    /** Keeps the tokens with these numbers. */
    private KeptTokens keeping(IntStream positions) {
        boolean[] kept = new boolean[config.tokens()];
        positions.forEach(position -> kept[position] = true);
        return new KeptTokens(picture, kept);
    }

    private static Options options(int iterations, double guidance) {
        return new Options(iterations, guidance, GuidanceSchedule.LINEAR, SamplingOptions.REFERENCE.withClamp(5));
    }

    private MarGenerator generator(Options options, KeptTokens kept) {
        return new MarGenerator(network, kernels, diffusion(), options, kept);
    }

    private static GaussianDiffusion diffusion() {
        return Reference.diffusion().respaced(new Respacing("ddim10"));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 2})
    void keptTokensAreThePicturesBitForBitAndTheOthersAreDrawn(double guidance) {
        KeptTokens kept = keeping(IntStream.range(0, config.tokens()).filter(i -> i % 3 != 1));
        float[] drawn = generator(options(2, guidance), kept).generate(LABELS, GenerationNoise.of(DRAWS, 0));
        for (int i = 0; i < drawn.length; i++) {
            int own = i % picture.length;
            if (kept.kept()[own / size]) {
                assertThat(Float.floatToRawIntBits(drawn[i])).isEqualTo(Float.floatToRawIntBits(picture[own]));
            } else {
                assertThat(drawn[i]).isNotZero().isNotEqualTo(picture[own]);
            }
        }
    }

    @Test
    void whatIsDrawnDependsOnWhatIsKeptAndNotOnWhatIsHidden() {
        IntStream left = IntStream.range(0, config.tokens() / 2);
        KeptTokens kept = keeping(left);
        float[] drawn = generator(options(2, 1), kept).generate(LABELS, GenerationNoise.of(DRAWS, 0));
        float[] otherwise = picture.clone();
        Arrays.fill(otherwise, otherwise.length - size, otherwise.length, 9);
        assertThat(generator(options(2, 1), new KeptTokens(otherwise, kept.kept()))
                        .generate(LABELS, GenerationNoise.of(DRAWS, 0)))
                .isEqualTo(drawn);
        otherwise[0] += 1;
        float[] beside = generator(options(2, 1), new KeptTokens(otherwise, kept.kept()))
                .generate(LABELS, GenerationNoise.of(DRAWS, 0));
        assertThat(Arrays.copyOfRange(beside, picture.length - size, picture.length))
                .isNotEqualTo(Arrays.copyOfRange(drawn, picture.length - size, picture.length));
    }

    @Test
    void whereNothingIsKeptAnImageIsTheOneThatIsDrawnFromNothing() {
        float[] plain = new MarGenerator(network, kernels, diffusion(), options(4, 2))
                .generate(LABELS, GenerationNoise.of(DRAWS, 3));
        assertThat(generator(options(4, 2), keeping(IntStream.empty())).generate(LABELS, GenerationNoise.of(DRAWS, 3)))
                .isEqualTo(plain);
    }

    @Test
    void keptTokensAreKnownFromTheBeginningAndAllAreInTheEnd() {
        KeptTokens kept = keeping(IntStream.of(0, 2));
        List<boolean[]> seen = new ArrayList<>();
        generator(options(3, 1), kept)
                .generate(LABELS, GenerationNoise.of(DRAWS, 0), (iterations, values, known) -> seen.add(known.clone()));
        assertThat(seen).hasSize(3);
        for (boolean[] known : seen) {
            for (int b = 0; b < LABELS.length; b++) {
                assertThat(known[b * config.tokens()]).isTrue();
                assertThat(known[b * config.tokens() + 2]).isTrue();
            }
        }
        assertThat(seen.get(0)).contains(false);
        assertThat(seen.get(2)).doesNotContain(false);
    }

    @Test
    void orderPutsTheKeptTokensLastAndLeavesTheOthersInTheirOrder() {
        KeptTokens kept = new KeptTokens(new float[5], new boolean[] {false, true, false, true, false});
        assertThat(kept.last(new int[] {3, 4, 1, 0, 2})).containsExactly(4, 0, 2, 3, 1);
        assertThat(kept.hidden()).isEqualTo(3);
    }

    @Test
    void picturesThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> new KeptTokens(new float[4], new boolean[] {true, true}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("all 2 tokens are kept, must be fewer: none is left to draw");
        assertThatThrownBy(() -> new KeptTokens(new float[5], new boolean[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("values has 5 numbers, must have as many for each of the 2 tokens");
        assertThatThrownBy(() -> generator(options(1, 1), new KeptTokens(new float[4], new boolean[2])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("kept has 2 tokens of 2 numbers, must have %d of %d".formatted(config.tokens(), size));
        assertThatThrownBy(() -> generator(options(2, 1), keeping(IntStream.range(1, config.tokens()))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "iterations is 2, must be at most the 1 hidden tokens: an iteration would have nothing to predict");
    }
}
