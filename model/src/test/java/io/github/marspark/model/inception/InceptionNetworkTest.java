package io.github.marspark.model.inception;

import static io.github.marspark.model.fixtures.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.fixtures.FidFixtures;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Threads;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

/** The network and its input against the recorded values of the reference, with weights and images by a rule. */
class InceptionNetworkTest {
    private static final Npz FIXTURE = FidFixtures.npz("inception");

    /** Float32 sums in another order and without oneDNN were recorded to differ by up to 1.1e-6 somewhere in the network. */
    private static final double TOLERANCE = 2e-6;

    private static int images() {
        return (int) FIXTURE.names().stream()
                .filter(name -> name.matches("image\\.\\d+\\.shape"))
                .count();
    }

    @Test
    void namesShapesOrderAndValuesAreTheRecordedOnes() throws IOException {
        List<String> expected;
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(FidFixtures.FOLDER.open("weights.tsv"), StandardCharsets.UTF_8))) {
            expected = reader.lines()
                    .skip(1)
                    .map(line -> line.substring(0, line.lastIndexOf('\t')))
                    .toList();
        }
        List<String> actual = InceptionNetwork.layout().specs().stream()
                .map(InceptionNetworkTest::described)
                .toList();
        assertThat(actual).containsExactlyElementsOf(expected);
        assertThat(InceptionNetwork.layout().size()).isEqualTo(23_885_392);
    }

    /** Name, shape and CRC-32 of its values. */
    private static String described(ParameterSpec spec) {
        String shape = Arrays.stream(spec.shape()).mapToObj(String::valueOf).collect(Collectors.joining(","));
        return "%s\t%s\t%08x".formatted(spec.name(), shape, RuledInception.checksum(RuledInception.tensor(spec)));
    }

    // ---- input

    /** {@code (C, H, W)} as {@code (H, W, C)}. */
    private static byte[] pixels(byte[] planes) {
        byte[] result = new byte[planes.length];
        int size = planes.length / InceptionInput.CHANNELS;
        for (int i = 0; i < planes.length; i++) {
            result[i % size * InceptionInput.CHANNELS + i / size] = planes[i];
        }
        return result;
    }

    /** {@code (H, W, C)} as {@code (C, H, W)}. */
    private static float[] planes(float[] pixels) {
        float[] result = new float[pixels.length];
        int size = pixels.length / InceptionInput.CHANNELS;
        for (int i = 0; i < pixels.length; i++) {
            result[i % InceptionInput.CHANNELS * size + i / InceptionInput.CHANNELS] = pixels[i];
        }
        return result;
    }

    private static float[] resized(int image) {
        int[] shape = FIXTURE.ints("image." + image + ".shape");
        float[] levels = new float[InceptionInput.VALUES];
        InceptionInput.resize(pixels(RuledInception.image(image)), shape[1], shape[2], levels, 0);
        return levels;
    }

    @Test
    void imagesAreTheRecordedOnes() {
        for (int image = 0; image < images(); image++) {
            CRC32 crc = new CRC32();
            crc.update(RuledInception.image(image));
            assertThat(crc.getValue()).as("image %s", image).isEqualTo(FIXTURE.longs("image." + image + ".crc32")[0]);
        }
    }

    @Test
    void resizedImagesAreTheRecordedOnesToTheBit() {
        for (int image = 0; image < images(); image++) {
            float[] planes = planes(resized(image));
            assertThat(RuledInception.checksum(planes))
                    .as("image %s", image)
                    .isEqualTo(FIXTURE.longs("resized." + image + ".crc32")[0]);
            int[] positions = FIXTURE.ints("resize.positions");
            float[] samples = FIXTURE.floats("resized." + image + ".samples");
            for (int i = 0; i < samples.length; i++) {
                int plane = i / (positions.length * positions.length);
                int row = positions[i / positions.length % positions.length];
                int column = positions[i % positions.length];
                assertThat(planes[(plane * InceptionInput.SIDE + row) * InceptionInput.SIDE + column])
                        .isEqualTo(samples[i]);
            }
        }
    }

    @Test
    void anImageOfTheNetworksSizeStaysAsItIs() {
        byte[] samples = new byte[InceptionInput.VALUES];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (byte) (i * 31);
        }
        float[] levels = new float[InceptionInput.VALUES + 1];
        InceptionInput.resize(samples, InceptionInput.SIDE, InceptionInput.SIDE, levels, 1);
        for (int i = 0; i < samples.length; i++) {
            assertThat(levels[i + 1]).isEqualTo(Byte.toUnsignedInt(samples[i]));
        }
    }

    // ---- network

    /** What a stage's recorded arrays are made of. */
    private static void check(Map<String, Matrix> stages) {
        int images = images();
        for (String array : FIXTURE.names()) {
            if (array.startsWith("block.")) {
                assertClose(array, channelMeans(stages, array, images), FIXTURE.doubles(array), TOLERANCE);
            } else if (array.startsWith("map.")) {
                assertClose(array, pixelMeans(stages, array), FIXTURE.doubles(array), TOLERANCE);
            }
        }
        assertClose("64", means(stages, "MaxPool_1", images), FIXTURE.doubles("feature.64"), TOLERANCE);
        assertClose("192", means(stages, "MaxPool_2", images), FIXTURE.doubles("feature.192"), TOLERANCE);
        assertClose("768", means(stages, "Mixed_6e", images), FIXTURE.doubles("feature.768"), TOLERANCE);
    }

    private static double[] channelMeans(Map<String, Matrix> stages, String array, int images) {
        return means(stages, array.substring("block.".length()), images);
    }

    private static double[] means(Map<String, Matrix> stages, String stage, int images) {
        Matrix map = Objects.requireNonNull(stages.get(stage), stage);
        float[] values = map.toFloats();
        int channels = map.columns();
        int pixels = map.rows() / images;
        return IntStream.range(0, images * channels)
                .mapToDouble(i -> IntStream.range(0, pixels)
                        .mapToDouble(pixel -> values[(i / channels * pixels + pixel) * channels + i % channels])
                        .average()
                        .orElseThrow())
                .toArray();
    }

    private static double[] pixelMeans(Map<String, Matrix> stages, String array) {
        Matrix map = Objects.requireNonNull(stages.get(array.substring("map.".length())), array);
        float[] values = map.toFloats();
        int channels = map.columns();
        return IntStream.range(0, map.rows())
                .mapToDouble(pixel -> IntStream.range(0, channels)
                        .mapToDouble(channel -> values[pixel * channels + channel])
                        .average()
                        .orElseThrow())
                .toArray();
    }

    @Test
    void featuresAreTheRecordedOnes() {
        InceptionNetwork network = new InceptionNetwork(RuledInception.parameters());
        int images = images();
        float[] levels = new float[images * InceptionInput.VALUES];
        for (int image = 0; image < images; image++) {
            System.arraycopy(resized(image), 0, levels, image * InceptionInput.VALUES, InceptionInput.VALUES);
        }
        Map<String, Matrix> stages = new HashMap<>();
        InceptionFeatures features = network.evaluate(
                new CpuKernels(new Threads(2)),
                levels,
                (name, value) -> stages.put(name, Matrix.of(value.toFloats(), value.rows())));
        check(stages);
        assertClose("2048", features.pooled(), FIXTURE.floats("feature.2048"), TOLERANCE);
        assertClose("unbiased", features.unbiasedLogits(), FIXTURE.floats("feature.logits_unbiased"), TOLERANCE);
        assertClose("logits", features.logits(), FIXTURE.floats("feature.logits"), TOLERANCE);
        float[] alone =
                network.evaluate(new CpuKernels(new Threads(1)), resized(0)).pooled();
        assertClose("an image alone", alone, Arrays.copyOf(features.pooled(), alone.length), TOLERANCE);
    }

    @Test
    void whatIsNoNetworkOrNoImageIsRefused() {
        ParameterLayout layout = InceptionNetwork.layout();
        assertThatThrownBy(() -> new InceptionNetwork(Nd4j.zeros(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("values has 3 elements, the network needs " + layout.size());
        assertThatThrownBy(() -> InceptionInput.resize(new byte[11], 2, 2, new float[InceptionInput.VALUES], 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("samples has 11 bytes, must have 2 x 2 x 3");
        InceptionNetwork network = new InceptionNetwork(Nd4j.zeros(layout.size()));
        assertThatThrownBy(() -> network.evaluate(new CpuKernels(new Threads(1)), new float[7]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("levels has 7 values, must have a positive multiple of 268203");
    }
}
