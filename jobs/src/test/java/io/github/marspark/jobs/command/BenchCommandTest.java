package io.github.marspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.marspark.jobs.recipe.UsageException;
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
                        "what",
                        "config",
                        "imagesPerSecond",
                        "shareOfGemm",
                        "peakMegabytes",
                        "threads",
                        "cpu",
                        "blas",
                        "steal",
                        "others",
                        "disturbed");
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
    void trainingPrintsItsShareOfTheCeilingAndOfThePlainCopy() throws IOException {
        List<JsonNode> lines =
                lines("train", "config=tiny", "batch=2", "executors=1,2", "exchange=1", "repeats=2", "warmup=1");
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0).get("bytesSentAStep").asDouble()).isZero();
        JsonNode two = lines.get(1);
        assertThat(two.get("executors").asInt()).isEqualTo(2);
        assertThat(two.get("bytesOfBound").asDouble()).isBetween(1.0, 1.1);
        assertThat(List.of("computation", "reduction", "update", "communication").stream()
                        .mapToDouble(part -> two.get(part).asDouble())
                        .sum())
                .isBetween(0.99, 1.01);
        assertThat(two.get("shareOfCeiling").asDouble()).isPositive();
        assertThat(lines.get(2).get("shareOfPlain").asDouble()).isPositive();
    }

    @Test
    void productsOfAStepAreListed() throws IOException {
        List<JsonNode> lines = lines("gemm", "config=tiny", "repeats=1", "warmup=1");
        assertThat(lines.get(lines.size() - 1).get("product").asText()).isEqualTo("all of a step");
        // tokens of 4 values are projected to a width of 32: 16 in each of 3 images
        assertThat(lines).anyMatch(line -> line.get("product").asText().equals("48 x 4 x 32 nt"));
    }

    @Test
    void samplingPrintsImagesPerSecondAndTheShareOfEachPart() throws IOException {
        List<JsonNode> lines = lines(
                "sample",
                "config=tiny",
                "iterations=1,16,64",
                "batch=3",
                "repeats=2",
                "warmup=1",
                "diffusion-steps=ddim10");
        assertThat(lines)
                .extracting(line -> line.get("iterations").asInt() + " "
                        + line.get("guidance").asInt())
                .containsExactly("1 1", "1 3", "16 1", "16 3", "64 1", "64 3");
        assertThat(lines.subList(0, 4)).allSatisfy(line -> {
            assertThat(line.get("imagesPerSecond").asDouble()).isPositive();
            assertThat(line.get("batch").asInt()).isEqualTo(3);
            assertThat(line.get("diffusionSteps").asText()).isEqualTo("ddim10");
            assertThat(List.of("transformer", "head", "decoder"))
                    .allSatisfy(part -> assertThat(line.get(part).asDouble()).isPositive());
            assertThat(List.of("transformer", "head", "decoder").stream()
                            .mapToDouble(part -> line.get(part).asDouble())
                            .sum())
                    .isBetween(0.99, 1.01);
        });
        assertThat(lines.subList(4, 6)).allSatisfy(line -> {
            assertThat(line.get("leftOut").asText()).isEqualTo("an image has 16 tokens, and takes no more iterations");
            assertThat(line.has("imagesPerSecond")).isFalse();
        });
    }

    @Test
    void aProfileOfSamplingHasTheOperationsOfTheDecoderToo() throws IOException {
        List<JsonNode> lines = lines(
                "sample",
                "config=tiny",
                "iterations=2",
                "guidance=1",
                "repeats=1",
                "warmup=1",
                "diffusion-steps=2",
                "--profile");
        assertThat(lines.get(0).get("batch").asInt()).isEqualTo(2);
        assertThat(lines).anyMatch(line -> line.path("operation").asText().equals("convolution"));
    }

    @Test
    void encodingPrintsImagesAndRecordsPerSecond() throws IOException {
        JsonNode decoded = lines("encode", "config=decode", "images=2", "repeats=1", "warmup=1", "threads=2")
                .get(0);
        assertThat(decoded.get("imagesPerSecond").asDouble()).isPositive();
        assertThat(decoded.get("threads").asInt()).isEqualTo(2);
        List<JsonNode> avro = lines("encode", "config=avro", "records=100", "repeats=1", "warmup=1");
        assertThat(avro)
                .extracting(line -> line.get("direction").asText())
                .containsExactly("write", "read", "copy", "train");
        assertThat(avro).allSatisfy(line -> {
            // image and mirror image, each of 16 means and log-variances at 16 x 16 places
            assertThat(line.get("numbersOfARecord").asInt()).isEqualTo(16384);
            assertThat(line.get("recordsPerSecond").asDouble()).isPositive();
            assertThat(line.get("megabytesPerSecond").asDouble()).isPositive();
            assertThat(line.get("threads").asInt()).isEqualTo(1);
        });
        JsonNode encoded = lines("encode", "config=demo", "batch=1", "repeats=1", "warmup=1")
                .get(0);
        assertThat(encoded.get("batch").asInt()).isEqualTo(64);
        assertThat(encoded.get("imagesPerSecond").asDouble()).isPositive();
    }

    @Test
    void memoryOfAnEncodingIsThatOfItsDriverAndItsExecutor() throws IOException {
        JsonNode line =
                lines("encode", "config=memory", "collections=600", "threads=2").get(0);
        assertThat(line.get("images").asInt()).isEqualTo(600);
        assertThat(line.get("imagesPerSecond").asDouble()).isPositive();
        for (String process : List.of("driver", "executor")) {
            double heap = line.get(process + "HeapMegabytes").asDouble();
            assertThat(heap).isBetween(1.0, line.get("heapLimitMegabytes").asDouble());
            // the pages of the whole heap are taken at the start
            assertThat(line.get(process + "PeakMegabytes").asDouble())
                    .isGreaterThan(line.get("heapLimitMegabytes").asDouble());
        }
    }

    @Test
    void evaluationPrintsItsFeaturesAndItsDistance() throws IOException {
        List<JsonNode> lines =
                lines("evaluate", "batch=2", "images=64", "dimension=32", "image-size=8", "repeats=1", "warmup=1");
        assertThat(lines)
                .extracting(line -> line.get("config").asText())
                .containsExactly("classifier", "inception", "distance");
        assertThat(lines.get(1).get("imagesPerSecond").asDouble()).isPositive();
        assertThat(lines.get(2).get("dimension").asInt()).isEqualTo(32);
        assertThat(lines.get(2).get("secondsOfDistance").asDouble()).isPositive();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "stride | bench measures gemm",
                "step confg=tiny | did you mean config?",
                "step config=huge | must be one of tiny, demo, small, base",
                "encode config=huge | must be all or one of decode, avro, demo, kl16",
                "step threads=0 | threads is 0",
                "sample batch=0 | batch is 0, must be a whole number of at least 1",
                "sample iterations=0 | iterations is 0, must be whole numbers with commas between them",
                "step fast | write key=value",
            })
    void wrongWordsAreRefused(String words, String sentence) {
        assertThatThrownBy(() -> lines(words.split(" ")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(sentence);
    }
}
