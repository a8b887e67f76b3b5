package io.github.marspark.model.mar;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.model.fixtures.ArFixtures;
import io.github.marspark.model.mar.Design.Attention;
import io.github.marspark.model.mar.Design.TokenLoss;
import io.github.marspark.model.mar.MarConfig.Head;
import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.masking.MaskRate;
import io.github.marspark.model.parameters.ParameterSpec;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers, names and shapes of the parameters of the systems beside MAR. */
class SystemParametersTest {
    private static MarConfig config(
            int width, int depth, int heads, int side, int channels, int classes, int buffer, Head head) {
        Transformer half = new Transformer(width, depth, heads, 4, 0, 0);
        return new MarConfig(side, channels, 1, classes, half, half, buffer, head, 4, 0.1, new MaskRate(0.7));
    }

    private static MarConfig sizes(String name) {
        return switch (name) {
            case "tiny" -> config(20, 2, 4, 4, 4, 10, 4, new Head(12, 2));
            case "small" -> config(128, 3, 4, 4, 16, 10, 16, new Head(256, 3));
            case "large" -> config(1024, 16, 16, 16, 16, 1000, 64, new Head(1024, 3));
            case "large with a large head" -> config(1024, 16, 16, 16, 16, 1000, 64, new Head(1280, 8));
            case "large on codes of 8" -> config(1024, 16, 16, 16, 8, 1000, 64, new Head(1024, 3));
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static long count(String sizes, Attention attention, int codes) {
        TokenLoss loss = codes == 0 ? TokenLoss.DIFFUSION : TokenLoss.CROSS_ENTROPY;
        return MarParameters.layout(sizes(sizes).with(new Design(attention, TokenOrder.RANDOM, loss, codes)))
                .size();
    }

    @ParameterizedTest
    @CsvSource({
        "tiny, 27196, 27816",
        "small, 2497184, 2518048",
        "large, 425175072, 426357792",
        "large with a large head, 477143584, 478326304",
        "large on codes of 8, 425142288, 426325008"
    })
    void networksWithDiffusionLossHaveAsManyParameters(String sizes, long causal, long bidirectional) {
        assertThat(count(sizes, Attention.CAUSAL, 0)).isEqualTo(causal);
        assertThat(count(sizes, Attention.BIDIRECTIONAL, 0)).isEqualTo(bidirectional);
    }

    @ParameterizedTest
    @CsvSource({"tiny, 32, 22832, 23452", "small, 256, 1263616, 1284480", "large, 16384, 438466560, 439649280"})
    void networksWithCrossEntropyHaveAsManyParameters(String sizes, int codes, long causal, long bidirectional) {
        assertThat(count(sizes, Attention.CAUSAL, codes)).isEqualTo(causal);
        assertThat(count(sizes, Attention.BIDIRECTIONAL, codes)).isEqualTo(bidirectional);
    }

    @Test
    void everyRecordedParameterHasItsPlaceAndNoOther() {
        for (RecordedSystem system : RecordedSystem.values()) {
            for (ParameterSpec spec : MarParameters.layout(system.config()).specs()) {
                String name = (system.design().isCausal() ? "causal." : "mar_ce.") + spec.name();
                assertThat(ArFixtures.npz("weights").shape(name)).as(name).isEqualTo(spec.shape());
            }
        }
        long distinct = Arrays.stream(RecordedSystem.values())
                .flatMap(system -> MarParameters.layout(system.config()).specs().stream()
                        .map(spec -> (system.design().isCausal() ? "causal." : "mar_ce.") + spec.name()))
                .distinct()
                .count();
        assertThat(ArFixtures.npz("weights").names()).hasSize((int) distinct);
    }

    @Test
    void theOrderOfParametersIsThatOfTheirNamesInTheRecordedStep() {
        byte[] bytes = new byte[ArFixtures.npz("adamw").ints("param_names").length];
        int[] letters = ArFixtures.npz("adamw").ints("param_names");
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) letters[i];
        }
        Stream<String> names = new String(bytes, java.nio.charset.StandardCharsets.UTF_8).lines();
        assertThat(MarParameters.layout(RecordedSystem.RASTER_CE.config()).specs().stream()
                        .map(ParameterSpec::name))
                .containsExactlyElementsOf(names.toList());
    }
}
