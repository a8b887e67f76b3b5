package io.github.marspark.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.marspark.jobs.UsageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchCommandTest {
    private static List<JsonNode> lines(String... words) throws IOException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        new BenchCommand().run(List.of(words), new PrintStream(said, true, StandardCharsets.UTF_8));
        List<JsonNode> lines = new ArrayList<>();
        for (String line : said.toString(StandardCharsets.UTF_8).lines().toList()) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    @Test
    void stepPrintsItsSpeedAndTheShareOfEachOperation() throws IOException {
        List<JsonNode> lines = lines("step", "config=tiny", "repeats=3", "warmup=1", "threads=2", "--profile");
        JsonNode step = lines.get(0);
        assertThat(step.fieldNames())
                .toIterable()
                .contains(
                        "what", "config", "imagesPerSecond", "shareOfGemm", "peakMegabytes", "threads", "cpu", "blas");
        assertThat(step.get("imagesPerSecondSlowest").asDouble())
                .isPositive()
                .isLessThanOrEqualTo(step.get("imagesPerSecond").asDouble());
        double shares = lines.stream()
                .skip(1)
                .mapToDouble(line -> line.get("share").asDouble())
                .sum();
        assertThat(shares).isBetween(0.99, 1.01);
        assertThat(lines).anyMatch(line -> line.path("operation").asText().equals("attentionBackward"));
    }

    @Test
    void productsOfAStepAreListed() throws IOException {
        List<JsonNode> lines = lines("gemm", "config=tiny", "repeats=1", "warmup=1");
        assertThat(lines.get(lines.size() - 1).get("product").asText()).isEqualTo("all of a step");
        // tokens of 4 values are projected to a width of 32: 2 known ones in each of 3 images
        assertThat(lines).anyMatch(line -> line.get("product").asText().equals("6 x 4 x 32 nt"));
    }

    @Test
    void samplingPrintsImagesPerSecond() throws IOException {
        JsonNode line = lines("sample", "config=tiny", "repeats=1", "warmup=1", "diffusion-steps=ddim10")
                .get(0);
        assertThat(line.get("imagesPerSecond").asDouble()).isPositive();
        assertThat(line.get("diffusionSteps").asText()).isEqualTo("ddim10");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "stride | bench measures gemm",
                "step confg=tiny | did you mean config?",
                "step config=huge | must be one of tiny, small, base",
                "step threads=0 | threads is 0",
                "step fast | write key=value",
            })
    void wrongWordsAreRefused(String words, String sentence) {
        assertThatThrownBy(() -> lines(words.split(" ")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(sentence);
    }
}
