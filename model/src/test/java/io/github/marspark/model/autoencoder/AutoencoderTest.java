package io.github.marspark.model.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.fixtures.Closeness;
import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Named;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.EveryKernels;
import io.github.marspark.model.tensor.Expectation;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Threads;
import io.github.marspark.model.tensor.Variable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The autoencoder against the reference's recorded values, on every kind of kernels. Both are float32: each is held to
 * what the autoencoder gives exactly, as near as its roundings allow.
 */
class AutoencoderTest {
    private static final Map<String, Expectation> EXACT = new ConcurrentHashMap<>();
    private static final Npz FIXTURE = Fixtures.npz("vae_mini");

    private final Autoencoder autoencoder = new Autoencoder(config(), parameters()::variable);

    static AutoencoderConfig config() {
        int[] cfg = FIXTURE.ints("cfg");
        List<Integer> multipliers =
                IntStream.range(4, cfg.length).map(i -> cfg[i]).boxed().toList();
        int lowest = cfg[1] >> (multipliers.size() - 1);
        return new AutoencoderConfig(cfg[1], 3, cfg[0], multipliers, cfg[2], List.of(lowest), List.of(), cfg[3], 32);
    }

    static Parameters parameters() {
        Parameters parameters = Parameters.zeros(AutoencoderParameters.layout(config()));
        for (ParameterSpec spec : parameters.layout().specs()) {
            parameters.variable(spec.name()).value().assign(FIXTURE.floats("w." + spec.name()));
        }
        return parameters;
    }

    static Stream<Kernels> kernels() {
        return EveryKernels.stream();
    }

    @Test
    void namesOrderAndShapesAreTheReferences() {
        List<String> names = FIXTURE.names().stream()
                .filter(name ->
                        name.startsWith("w.") && !name.startsWith("w.resblock") && !name.startsWith("w.attnblock"))
                .map(name -> name.substring(2))
                .toList();
        ParameterLayout layout = AutoencoderParameters.layout(config());
        assertThat(layout.specs().stream().map(ParameterSpec::name)).containsExactlyElementsOf(names);
        for (ParameterSpec spec : layout.specs()) {
            assertThat(spec.shape()).as(spec.name()).isEqualTo(FIXTURE.shape("w." + spec.name()));
        }
    }

    @Test
    void kl16HasTheReferencesNumberOfParameters() {
        ParameterLayout layout = AutoencoderParameters.layout(AutoencoderConfig.KL_16);
        assertThat(layout.size()).isEqualTo(66_456_019);
        assertThat(count(layout, "encoder.")).isEqualTo(28_265_760);
        assertThat(count(layout, "decoder.")).isEqualTo(38_188_931);
        assertThat(count(layout, "quant_conv.")).isEqualTo(1_056);
        assertThat(count(layout, "post_quant_conv.")).isEqualTo(272);
    }

    private static long count(ParameterLayout layout, String prefix) {
        return layout.specs().stream()
                .filter(spec -> spec.name().startsWith(prefix))
                .mapToLong(ParameterSpec::size)
                .sum();
    }

    private static Expectation exact() {
        return EXACT.computeIfAbsent("recorded inputs", inputs -> Expectation.of(AutoencoderTest::values));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void allValuesAreTheExactOnes(Kernels kernels) {
        Named<double[]> values = values(kernels);
        values.names().forEach(name -> exact().check(name, values.get(name)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"out.moments", "out.moments_flip", "out.encoder", "out.decoded", "resblock.out", "attnblock.out"
            })
    void theExactValuesAreTheRecordedOnes(String name) {
        exact().check(name, FIXTURE.doubles(name));
    }

    /** What kernels make of the recorded inputs, by the names of the recorded outputs. */
    private static Named<double[]> values(Kernels kernels) {
        Autoencoder autoencoder = new Autoencoder(config(), parameters().on(kernels)::variable);
        Named<double[]> found = new Named<>();
        float[] images = FIXTURE.floats("in.image");
        found.put("out.moments", Closeness.widen(autoencoder.encode(kernels, images)));
        found.put("out.moments_flip", Closeness.widen(autoencoder.encode(kernels, mirrored(images))));
        found.put("out.decoded", Closeness.widen(autoencoder.decode(kernels, FIXTURE.floats("out.z"))));
        putEncoder(kernels, autoencoder, found);
        putBlocks(kernels, found);
        return found;
    }

    private static void putEncoder(Kernels kernels, Autoencoder autoencoder, Named<double[]> found) {
        int side = config().resolution();
        int places = config().latentSize() * config().latentSize();
        float[] images = ChannelOrder.pixelRows(FIXTURE.floats("in.image"), 3, side * side);
        try (Tape tape = Tape.recording(kernels, (name, value) -> {
            if (name.equals("encoder")) {
                found.put("out.encoder", planes(value, places));
            }
        })) {
            autoencoder.encode(
                    tape, tape.constant(images, images.length / 3), FIXTURE.shape("in.image")[0], side, side);
        }
    }

    private static void putBlocks(Kernels kernels, Named<double[]> found) {
        Blocks blocks = new Blocks(name -> weight(kernels, name), 32);
        int[] shape = FIXTURE.shape("resblock.in");
        PixelGrid grid = new PixelGrid(shape[0], shape[2], shape[3]);
        int pixels = shape[2] * shape[3];
        float[] input = ChannelOrder.pixelRows(FIXTURE.floats("resblock.in"), shape[1], pixels);
        try (Tape tape = Tape.computing(kernels)) {
            Variable residual = blocks.residual(tape, tape.constant(input, grid.pixels()), grid, "resblock");
            found.put("resblock.out", planes(residual.value(), pixels));
            Variable attended = blocks.attention(tape, residual, grid, "attnblock");
            found.put("attnblock.out", planes(attended.value(), pixels));
        }
    }

    private static double[] planes(Matrix rows, int pixels) {
        return Closeness.widen(ChannelOrder.channelPlanes(rows.toFloats(), rows.columns(), pixels));
    }

    private static Variable weight(Kernels kernels, String name) {
        int[] shape = FIXTURE.shape("w." + name);
        INDArray values = Nd4j.createFromArray(FIXTURE.floats("w." + name));
        int rows = shape.length == 1 ? 1 : shape[0];
        return Variable.constant(
                Matrix.part(kernels.resident(values), 0, rows, Math.toIntExact(values.length() / rows)));
    }

    private static float[] mirrored(float[] images) {
        int width = FIXTURE.shape("in.image")[3];
        float[] result = new float[images.length];
        for (int i = 0; i < images.length; i++) {
            result[i] = images[i - i % width + width - 1 - i % width];
        }
        return result;
    }

    @Test
    void imagesOfOtherSidesAreCodedByTheSameLayers() {
        CpuKernels kernels = new CpuKernels(new Threads(1));
        int height = 6 * config().stride();
        int width = 10 * config().stride();
        float[] images = new float[3 * height * width];
        float[] moments = autoencoder.encode(kernels, images, height, width);
        assertThat(moments).hasSize(2 * config().latentChannels() * 6 * 10);
        float[] latents = new LatentDistribution(moments.length / 2).means(moments);
        assertThat(autoencoder.decode(kernels, latents, height, width)).hasSize(images.length);
    }

    @Test
    void valuesThatAreNotWholeImagesAreRefused() {
        CpuKernels kernels = new CpuKernels(new Threads(1));
        int values = config().imageValues();
        int stride = config().stride();
        assertThatThrownBy(() -> autoencoder.encode(kernels, new float[values + 1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("images has %d values, must have a positive multiple of %d".formatted(values + 1, values));
        assertThatThrownBy(() -> autoencoder.decode(kernels, new float[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("latents has 0 values, must have a positive multiple of " + config().latentValues());
        assertThatThrownBy(() -> autoencoder.encode(kernels, new float[3 * (stride + 1) * stride], stride + 1, stride))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("height is %d, must be a positive multiple of the stride %d".formatted(stride + 1, stride));
    }
}
