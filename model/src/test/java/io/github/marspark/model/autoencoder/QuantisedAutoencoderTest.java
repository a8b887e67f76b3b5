package io.github.marspark.model.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.model.fixtures.ArFixtures;
import io.github.marspark.model.fixtures.Closeness;
import io.github.marspark.model.fixtures.Named;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.optimization.Descent;
import io.github.marspark.model.optimization.GradientClipping;
import io.github.marspark.model.optimization.LearningRate;
import io.github.marspark.model.optimization.OptimizerState;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.random.Purpose;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.EveryKernels;
import io.github.marspark.model.tensor.ExactKernels;
import io.github.marspark.model.tensor.Expectation;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;

/** The quantised autoencoder against recorded values, on every kind of kernels; each is held to what it gives exactly. */
class QuantisedAutoencoderTest {
    private static final Map<String, Expectation> EXACT = new ConcurrentHashMap<>();
    private static final Npz FIXTURE = ArFixtures.npz("vq");
    private static final JsonNode SIZES = ArFixtures.FOLDER.config().path("vq");
    private static final CodeRestart NO_RESTART = new CodeRestart(0, 0);

    private static AutoencoderConfig config() {
        List<Integer> multipliers = new ArrayList<>();
        SIZES.path("ch_mult").forEach(multiplier -> multipliers.add(multiplier.asInt()));
        int side = SIZES.path("resolution").asInt();
        List<Integer> attention = IntStream.range(0, multipliers.size())
                .filter(level -> FIXTURE.has("w.encoder.down.%d.attn.0.q.weight".formatted(level)))
                .mapToObj(level -> side >> level)
                .toList();
        return new AutoencoderConfig(
                side,
                SIZES.path("image_channels").asInt(),
                SIZES.path("ch").asInt(),
                multipliers,
                SIZES.path("num_res_blocks").asInt(),
                attention,
                List.of(),
                SIZES.path("embed_dim").asInt(),
                SIZES.path("groups").asInt(),
                SIZES.path("z_channels").asInt(),
                SIZES.path("K").asInt());
    }

    private static Quantization asTrained() {
        double weight = SIZES.path("codebook_weight").asDouble();
        return new Quantization(weight, weight * SIZES.path("beta").asDouble(), NO_RESTART);
    }

    private static Quantization legacy() {
        return new Quantization(asTrained().commitmentWeight(), asTrained().codebookWeight(), NO_RESTART);
    }

    /** Where kernels compute with them, in float64 if they are exact. */
    private static Parameters parameters(Kernels kernels) {
        ParameterLayout layout = AutoencoderParameters.layout(config());
        DataType type = kernels instanceof ExactKernels ? DataType.DOUBLE : DataType.FLOAT;
        Parameters parameters =
                new Parameters(layout, Nd4j.zeros(type, layout.size()), Nd4j.zeros(type, layout.size()));
        for (ParameterSpec spec : parameters.layout().specs()) {
            parameters.variable(spec.name()).value().assign(FIXTURE.floats("w." + spec.name()));
        }
        return parameters.on(kernels);
    }

    static Stream<Kernels> kernels() {
        return EveryKernels.stream();
    }

    @Test
    void namesOrderAndShapesAreTheRecordedOnes() {
        List<String> names = FIXTURE.names().stream()
                .filter(name -> name.startsWith("w."))
                .map(name -> name.substring(2))
                .toList();
        ParameterLayout layout = AutoencoderParameters.layout(config());
        assertThat(layout.specs().stream().map(ParameterSpec::name)).containsExactlyElementsOf(names);
        for (ParameterSpec spec : layout.specs()) {
            assertThat(spec.shape()).as(spec.name()).isEqualTo(FIXTURE.shape("w." + spec.name()));
        }
        assertThat(layout.size())
                .isEqualTo(
                        ArFixtures.FOLDER.config().path("parameters").path("vq").asLong());
    }

    @Test
    void vq16HasItsNumberOfParameters() {
        ParameterLayout layout = AutoencoderParameters.layout(AutoencoderConfig.VQ_16);
        assertThat(layout.size()).isEqualTo(66_438_427);
        assertThat(count(layout, "encoder.")).isEqualTo(28_155_144);
        assertThat(count(layout, "decoder.")).isEqualTo(38_152_067);
        assertThat(count(layout, "quant_conv.")).isEqualTo(72);
        assertThat(count(layout, "post_quant_conv.")).isEqualTo(72);
        assertThat(count(layout, "quantize.")).isEqualTo(131_072);
        assertThat(layout.specs().get(layout.specs().size() - 1).name()).isEqualTo("quantize.embedding.weight");
    }

    private static long count(ParameterLayout layout, String prefix) {
        return layout.specs().stream()
                .filter(spec -> spec.name().startsWith(prefix))
                .mapToLong(ParameterSpec::size)
                .sum();
    }

    private static Expectation exact() {
        return EXACT.computeIfAbsent("recorded inputs", inputs -> Expectation.of(QuantisedAutoencoderTest::values));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void allValuesAreTheExactOnes(Kernels kernels) {
        Named<double[]> values = values(kernels);
        values.names().forEach(name -> exact().check(name, values.get(name)));
    }

    @Test
    void theExactValuesAreTheRecordedOnes() {
        exact().names().forEach(name -> exact().check(name, FIXTURE.doubles(name)));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void idsAreTheRecordedOnes(Kernels kernels) {
        Autoencoder autoencoder = new Autoencoder(config(), parameters(kernels)::variable);
        float[] latents = autoencoder.encode(kernels, FIXTURE.floats("in.image"));
        int[] ids = autoencoder.codebook().ids(latents, places(), kernels.threads());
        assertThat(ids).isEqualTo(FIXTURE.ints("out.codes"));
        assertThat(autoencoder.codebook().latents(ids, places())).isEqualTo(FIXTURE.floats("out.quantized"));
        assertThat(autoencoder.decode(kernels, latents))
                .isEqualTo(autoencoder.decode(kernels, FIXTURE.floats("out.quantized")));
    }

    @Test
    void usageIsTheRecordedOne() {
        CodeUsage usage = new CodeUsage(config().codes());
        usage.add(FIXTURE.ints("out.codes"));
        assertThat(usage.counts()).isEqualTo(FIXTURE.longs("out.counts"));
        assertThat((float) usage.usage()).isEqualTo((float) FIXTURE.scalar("out.usage"));
        Closeness.assertClose(
                "out.perplexity", new double[] {usage.perplexity()}, FIXTURE.doubles("out.perplexity"), 1e-6);
    }

    @Test
    void latentsThatWereDrawnAreDecodedByTheNearestCodes() {
        double scale = FIXTURE.scalar("pre.scale");
        float[] latents = FIXTURE.floats("pre.scaled_latents");
        for (int i = 0; i < latents.length; i++) {
            latents[i] /= (float) scale;
        }
        Autoencoder autoencoder = new Autoencoder(config(), parameters(new CpuKernels(new Threads(1)))::variable);
        assertThat(autoencoder.codebook().ids(latents, places(), new Threads(1)))
                .isEqualTo(FIXTURE.ints("pre.codes"));
    }

    @Test
    void deadCodesBeginAnewAsRecorded() {
        CodeUsage counts = new CodeUsage(FIXTURE.longs("restart.counts"));
        int[] dead = CodeRestart.dead(1, counts);
        assertThat(dead).isEqualTo(FIXTURE.ints("restart.dead"));
        float[] vectors = FIXTURE.floats("restart.before").clone();
        CodeRestart.replace(
                dead, FIXTURE.floats("restart.rows"), FIXTURE.ints("restart.perm"), FloatBuffer.wrap(vectors));
        assertThat(vectors).isEqualTo(FIXTURE.floats("restart.after"));
        float[] first = FIXTURE.floats("restart.exp_avg_before").clone();
        float[] second = FIXTURE.floats("restart.exp_avg_sq_before").clone();
        float[] average = FIXTURE.floats("restart.before").clone();
        OptimizerState state = new OptimizerState(
                FloatBuffer.wrap(vectors),
                FloatBuffer.allocate(vectors.length),
                FloatBuffer.wrap(first),
                FloatBuffer.wrap(second),
                FloatBuffer.wrap(average));
        int size = config().latentChannels();
        for (int code : dead) {
            state.forget(code * size, size);
        }
        assertThat(first).isEqualTo(FIXTURE.floats("restart.exp_avg_after"));
        assertThat(second).isEqualTo(FIXTURE.floats("restart.exp_avg_sq_after"));
        assertThat(average).as("the moving average begins anew too").isEqualTo(vectors);
    }

    /** By a purpose that another draw has taken since; a training's own is one further. */
    @Test
    void theRecordedOrderIsOneOfThisProgramsStreams() {
        long[] drawn = FIXTURE.longs("restart.seed_step_purpose");
        int rows = FIXTURE.shape("restart.rows")[0];
        assertThat(new Draws(drawn[0]).stream(Purpose.SHIFT, drawn[1], 0, 0).permutation(rows))
                .isEqualTo(FIXTURE.ints("restart.perm"));
        assertThat(new Draws(drawn[0]).codeRestart(drawn[1], rows))
                .isNotEqualTo(FIXTURE.ints("restart.perm"))
                .containsExactlyInAnyOrder(IntStream.range(0, rows).toArray());
    }

    /** As near as the expanded form, by which they were recorded, is to the sum of squares. */
    @Test
    void distancesAreTheRecordedOnes() {
        int size = config().latentChannels();
        Codebook codebook = new Codebook(FIXTURE.floats("w.quantize.embedding.weight"), size);
        float[] rows = ChannelOrder.pixelRows(FIXTURE.floats("out.h"), size, places());
        double[] distances = new double[rows.length / size * codebook.codes()];
        for (int i = 0; i < distances.length; i++) {
            distances[i] = codebook.distance(rows, i / codebook.codes() * size, i % codebook.codes());
        }
        Closeness.assertClose("out.dist", distances, FIXTURE.doubles("out.dist"), 1e-5);
    }

    private static int places() {
        return config().latentSize() * config().latentSize();
    }

    /** What kernels make of the recorded images, by the names of the recorded outputs. */
    private static Named<double[]> values(Kernels kernels) {
        Named<double[]> found = new Named<>();
        Parameters parameters = parameters(kernels);
        Autoencoder autoencoder = new Autoencoder(config(), parameters::variable);
        found.put("out.h", Closeness.widen(autoencoder.encode(kernels, FIXTURE.floats("in.image"))));
        found.put("out.reconstruction", Closeness.widen(autoencoder.decode(kernels, FIXTURE.floats("out.quantized"))));
        int[] codes = FIXTURE.ints("pre.codes");
        found.put(
                "pre.image",
                Closeness.widen(
                        autoencoder.decode(kernels, autoencoder.codebook().latents(codes, places()))));
        differentiate(kernels, asTrained(), "", found);
        Named<double[]> otherwise = new Named<>();
        differentiate(kernels, legacy(), "legacy.", otherwise);
        for (String name : List.of("legacy.loss", "legacy.grad_h", "legacy.grad.quantize.embedding.weight")) {
            found.put(name, otherwise.get(name));
        }
        return found;
    }

    private static void differentiate(
            Kernels kernels, Quantization quantization, String prefix, Named<double[]> found) {
        Parameters parameters = parameters(kernels);
        Autoencoder autoencoder = new Autoencoder(config(), parameters::variable);
        CodeLearning learning = new CodeLearning(config(), quantization, parameters, descent(), new Draws(1), kernels);
        Bottleneck watched = (moments, step, samples) ->
                new Watched(learning.pass(moments, step, samples), quantization, prefix, found);
        int side = config().resolution();
        float[] pixels = ChannelOrder.pixelRows(FIXTURE.floats("in.image"), config().imageChannels(), side * side);
        AutoencoderLoss.Value value = new AutoencoderLoss(
                        autoencoder,
                        parameters,
                        watched,
                        ReconstructionLoss.valueOf(SIZES.path("rec").asText()),
                        kernels)
                .differentiate(
                        pixels,
                        1,
                        IntStream.range(0, FIXTURE.shape("in.image")[0]).toArray());
        found.put(prefix + "loss", new double[] {value.sum()});
        if (prefix.isEmpty()) {
            found.put("out.rec_loss", new double[] {value.reconstruction()});
        }
        for (ParameterSpec spec : parameters.layout().specs()) {
            found.put(
                    prefix + "grad." + spec.name(),
                    Closeness.widen(parameters.variable(spec.name()).gradient().toFloats()));
        }
    }

    /** Of other parameters: nothing begins anew here. */
    private static Descent descent() {
        return Descent.of(
                Parameters.zeros(AutoencoderParameters.layout(config())),
                AutoencoderTraining.ADAM,
                new LearningRate.Constant(1e-3, 0),
                new GradientClipping(1));
    }

    /** Records what comes back. */
    private record Watched(Bottleneck.Passage passage, Quantization quantization, String prefix, Named<double[]> found)
            implements Bottleneck.Passage {
        @Override
        public float[] latents() {
            return passage.latents();
        }

        @Override
        public double loss() {
            double both = quantization.codebookWeight() + quantization.commitmentWeight();
            if (prefix.isEmpty()) {
                found.put("out.codebook_loss", new double[] {passage.loss() / both});
                found.put("out.commit_loss", new double[] {passage.loss() / both});
            }
            return passage.loss();
        }

        @Override
        public float[] backward(float[] gradient) {
            float[] back = passage.backward(gradient);
            if (prefix.isEmpty()) {
                found.put("grad_st", planes(gradient));
            }
            found.put(prefix + "grad_h", planes(back));
            return back;
        }

        private static double[] planes(float[] rows) {
            return Closeness.widen(ChannelOrder.channelPlanes(rows, config().latentChannels(), places()));
        }
    }
}
