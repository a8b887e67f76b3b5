package io.github.marspark.model.mar;

import static io.github.marspark.model.fixtures.Closeness.assertClose;
import static io.github.marspark.model.mar.Reference.TRAIN;

import io.github.marspark.model.diffusion.DiffusionTerms;
import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Named;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Nd4jKernels;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Threads;
import io.github.marspark.model.tensor.Variable;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

/** The network against the reference's recorded activations, losses and gradients, on every kind of kernels. */
class MarNetworkTest {
    private static final double ACTIVATION = 1e-5;
    private static final double GRADIENT = 1e-4;

    private final Named<Variable> parameters = Reference.parameters(DataType.FLOAT);
    private final MarNetwork network = new MarNetwork(Reference.config(), parameters::get);
    private final MarObjective objective = new MarObjective(network, Reference.loss());

    static Stream<Kernels> kernels() {
        return Stream.of(
                new CpuKernels(new Threads(1)), new CpuKernels(new Threads(2)), new Nd4jKernels(DataType.FLOAT));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void encoderComputesTheRecordedActivations(Kernels kernels) {
        Named<float[]> seen = run(kernels, "in.drop_latent_mask");
        Masking masking = Reference.masking();
        check(seen, "z_proj", "z_proj_out");
        assertClose("enc_in_pre_ln", seen.get("encoder_input"), kept("out.enc_in_pre_ln", masking), ACTIVATION);
        assertClose("enc_in_ln", seen.get("z_proj_ln"), kept("out.enc_in_ln", masking), ACTIVATION);
        check(seen, "z_proj_ln", "enc_kept");
        check(seen, "encoder_blocks.0.norm1", "enc_blk0_norm1");
        check(seen, "encoder_blocks.0.attn.qkv", "enc_blk0_qkv");
        check(seen, "encoder_blocks.0.attn", "enc_blk0_attn_heads");
        check(seen, "encoder_blocks.0.attn.proj", "enc_blk0_attn_out");
        check(seen, "encoder_blocks.0.norm2", "enc_blk0_norm2");
        check(seen, "encoder_blocks.0.mlp.fc1", "enc_blk0_fc1");
        check(seen, "encoder_blocks.0.mlp.act", "enc_blk0_gelu");
        check(seen, "encoder_blocks.0.mlp.fc2", "enc_blk0_mlp_out");
        checkBlocks(
                seen, "encoder_blocks.", "enc_blk", Reference.config().encoder().depth());
        check(seen, "encoder_norm", "enc_out");
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void decoderComputesTheRecordedActivations(Kernels kernels) {
        Named<float[]> seen = run(kernels, "in.drop_latent_mask");
        check(seen, "decoder_embed", "dec_embed_out");
        check(seen, "decoder_input", "dec_in");
        int last = Reference.config().decoder().depth() - 1;
        checkBlocks(seen, "decoder_blocks.", "dec_blk", last);
        String recorded = "out.dec_blk" + last + "_out";
        assertClose(recorded, seen.get("decoder_blocks." + last), tokensOf(recorded), ACTIVATION);
        check(seen, "z", "z");
        assertClose("dec_norm_out", seen.get("decoder_norm"), tokensOf("out.dec_norm_out"), ACTIVATION);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void headComputesTheRecordedActivations(Kernels kernels) {
        Named<float[]> seen = run(kernels, "in.drop_latent_mask");
        assertClose("time_sinusoid", perRow(seen.get("time_sinusoid")), TRAIN.floats("out.mlp_time_sinusoid"), 1e-4);
        assertClose(
                "time_fc0",
                perRow(seen.get("diffloss.net.time_embed.mlp.0")),
                TRAIN.floats("out.mlp_time_fc0"),
                ACTIVATION);
        assertClose(
                "t_emb", perRow(seen.get("diffloss.net.time_embed.mlp.2")), TRAIN.floats("out.mlp_t_emb"), ACTIVATION);
        check(seen, "diffloss.net.input_proj", "mlp_x_proj");
        assertClose("c_emb", tiled(seen.get("diffloss.net.cond_embed")), TRAIN.floats("out.mlp_c_emb"), ACTIVATION);
        assertClose("z_rep", tiled(seen.get("z")), TRAIN.floats("out.z_rep"), ACTIVATION);
        check(seen, "diffloss.net.res_blocks.0.adaLN_modulation.1", "mlp_blk0_adaln");
        checkBlocks(
                seen,
                "diffloss.net.res_blocks.",
                "mlp_blk",
                Reference.config().head().depth());
        check(seen, "diffloss.net.final_layer.linear", "model_out");
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void lossAndEveryGradientEqualTheReference(Kernels kernels) {
        DiffusionTerms terms =
                objective.differentiate(kernels, Reference.batch("in.drop_latent_mask"), DropoutKeys.NONE);
        assertClose("loss", new double[] {terms.loss()}, TRAIN.doubles("out.loss"), ACTIVATION);
        Npz gradients = Fixtures.npz("grads");
        for (String name : gradients.names()) {
            assertClose(name, gradient(name), gradients.floats(name), GRADIENT);
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void theGradientOfTheConditionIsTheRecordedOne(Kernels kernels) {
        int[] timesteps = TRAIN.ints("in.t");
        float[] condition = TRAIN.floats("out.z");
        int rows = condition.length / TRAIN.shape("out.z")[2];
        Variable z = Variable.parameter(Matrix.of(condition, rows), Matrix.of(new float[condition.length], rows));
        try (Tape tape = Tape.recording(kernels)) {
            Variable output = network.head()
                    .denoise(
                            tape,
                            TRAIN.floats("out.x_t"),
                            timesteps,
                            network.head().embedCondition(tape, z),
                            tiledRows());
            DiffusionTerms terms = Reference.loss()
                    .evaluate(
                            tiled(TRAIN.floats("out.tokens")),
                            TRAIN.floats("in.noise"),
                            timesteps,
                            tiled(TRAIN.floats("out.mask")),
                            output.value().toFloats(),
                            kernels.threads());
            tape.backward(output, Matrix.of(terms.gradientAsFloats(), output.rows()));
        }
        assertClose("grad_z", z.gradient().toFloats(), TRAIN.floats("out.grad_z"), GRADIENT);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void aDroppedLabelGivesTheRecordedActivations(Kernels kernels) {
        Named<float[]> seen = run(kernels, "dropcase.drop_latent_mask");
        assertClose("enc_out", seen.get("encoder_norm"), TRAIN.floats("dropcase.enc_out"), ACTIVATION);
        assertClose("z", seen.get("z"), TRAIN.floats("dropcase.z"), ACTIVATION);
        float[] output = seen.get("diffloss.net.final_layer.linear");
        assertClose("model_out", output, TRAIN.floats("dropcase.model_out"), ACTIVATION);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void aDroppedLabelGivesTheRecordedLossAndGradients(Kernels kernels) {
        String dropped = "dropcase.drop_latent_mask";
        DiffusionTerms terms = objective.differentiate(kernels, Reference.batch(dropped), DropoutKeys.NONE);
        assertClose("dropcase.loss", new double[] {terms.loss()}, TRAIN.doubles("dropcase.loss"), ACTIVATION);
        TRAIN.names().stream().filter(name -> name.startsWith("dropcase.grad.")).forEach(name -> {
            float[] actual = gradient(name.substring("dropcase.grad.".length()));
            assertClose(name, actual, TRAIN.floats(name), GRADIENT);
        });
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void evaluatingWithoutGradientsGivesTheSameLoss(Kernels kernels) {
        DiffusionTerms terms = objective.evaluate(kernels, Reference.batch("in.drop_latent_mask"), DropoutKeys.NONE);
        assertClose("loss", new double[] {terms.loss()}, TRAIN.doubles("out.loss"), ACTIVATION);
    }

    private float[] gradient(String name) {
        Variable parameter = parameters.get(name);
        return parameter.hasGradient()
                ? parameter.gradient().toFloats()
                : new float[Math.toIntExact(parameter.value().size())];
    }

    private static void check(Named<float[]> seen, String name, String recorded) {
        assertClose(recorded, seen.get(name), TRAIN.floats("out." + recorded), ACTIVATION);
    }

    /** Compares the outputs of the first blocks of a stack. */
    private static void checkBlocks(Named<float[]> seen, String name, String recorded, int blocks) {
        for (int i = 0; i < blocks; i++) {
            check(seen, name + i, recorded + i + "_out");
        }
    }

    /** Runs the network forward for all tokens, masked or not, as the reference does. */
    private Named<float[]> run(Kernels kernels, String dropped) {
        Named<float[]> seen = new Named<>();
        try (Tape tape = Tape.recording(kernels, (name, value) -> seen.put(name, value.toFloats()))) {
            Masking masking = Reference.masking();
            int[] all = IntStream.range(
                            0, Reference.batch() * Reference.config().tokens())
                    .toArray();
            int[] labels = Reference.labels(dropped);
            Variable encoded = network.encode(tape, TRAIN.floats("out.tokens"), labels, masking, DropoutKeys.NONE);
            Variable z = tape.observe("z", network.decode(tape, encoded, masking, all, DropoutKeys.NONE));
            network.head()
                    .denoise(
                            tape,
                            TRAIN.floats("out.x_t"),
                            TRAIN.ints("in.t"),
                            network.head().embedCondition(tape, z),
                            tiledRows());
        }
        return seen;
    }

    /** Of a recorded (B, S + L, E) the rows that the encoder keeps. */
    private static float[] kept(String recorded, Masking masking) {
        int buffer = Reference.config().buffer();
        return rows(
                recorded,
                Reference.config().tokens() + buffer,
                b -> IntStream.concat(
                        IntStream.range(0, buffer),
                        IntStream.of(masking.knownPositions(b)).map(l -> l + buffer)));
    }

    /** Of a recorded (B, S + L, E) the rows of tokens. */
    private static float[] tokensOf(String recorded) {
        int buffer = Reference.config().buffer();
        int length = Reference.config().tokens() + buffer;
        return rows(recorded, length, b -> IntStream.range(buffer, length));
    }

    private static float[] rows(String recorded, int length, IntFunction<IntStream> chosen) {
        float[] values = TRAIN.floats(recorded);
        int width = TRAIN.shape(recorded)[2];
        int[] rows = IntStream.range(0, Reference.batch())
                .flatMap(b -> chosen.apply(b).map(row -> b * length + row))
                .toArray();
        float[] result = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, rows[i] * width, result, i * width, width);
        }
        return result;
    }

    /** One row for each distinct time step, spread over the rows that have it. */
    private static float[] perRow(float[] distinctRows) {
        int[] timesteps = TRAIN.ints("in.t");
        int[] distinct = IntStream.of(timesteps).sorted().distinct().toArray();
        int width = distinctRows.length / distinct.length;
        float[] result = new float[timesteps.length * width];
        for (int n = 0; n < timesteps.length; n++) {
            int row = Arrays.binarySearch(distinct, timesteps[n]);
            System.arraycopy(distinctRows, row * width, result, n * width, width);
        }
        return result;
    }

    /** The row of the condition for each row of the head. */
    private static int[] tiledRows() {
        int rows = Reference.batch() * Reference.config().tokens();
        return IntStream.range(0, TRAIN.shape("in.t")[0]).map(n -> n % rows).toArray();
    }

    private static float[] tiled(float[] values) {
        int copies = Reference.config().timestepsPerToken();
        float[] result = new float[values.length * copies];
        for (int copy = 0; copy < copies; copy++) {
            System.arraycopy(values, 0, result, copy * values.length, values.length);
        }
        return result;
    }
}
