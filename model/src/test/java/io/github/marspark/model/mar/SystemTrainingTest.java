package io.github.marspark.model.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.diffusion.DiffusionTerms;
import io.github.marspark.model.fixtures.ArFixtures;
import io.github.marspark.model.fixtures.Closeness;
import io.github.marspark.model.fixtures.Named;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.loss.LossTerms;
import io.github.marspark.model.mar.TokenObjective.Prediction;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Dropout;
import io.github.marspark.model.tensor.ExactKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Nd4jKernels;
import io.github.marspark.model.tensor.Sight;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Threads;
import io.github.marspark.model.tensor.Variable;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Training of the systems beside MAR against recorded activations, losses and gradients. Both are float32; the limits are
 * shares of an array's largest value, as the recordings' own distance from float64 has them.
 */
class SystemTrainingTest {
    private static final double ACTIVATION = 1e-5;
    private static final double LOSS = 1e-6;
    private static final double GRADIENT = 1e-4;

    /** Where a bound of the diffusion is involved, of whose rows with t = 0 float32 loses digits. */
    private static final double BOUND = 2e-4;

    private static final double BOUND_OF_A_ROW = 5e-4;

    static Stream<Arguments> systems() {
        return Arrays.stream(RecordedSystem.values())
                .flatMap(system -> Stream.of(
                                new CpuKernels(new Threads(1)),
                                new CpuKernels(new Threads(2)),
                                new Nd4jKernels(DataType.FLOAT),
                                new Nd4jKernels(DataType.DOUBLE))
                        .map(kernels -> Arguments.of(system, kernels)));
    }

    /** What was computed from the recorded batch, under the recorded names. */
    private static final class Run {
        private final RecordedSystem system;
        private final Kernels kernels;
        private final Named<Variable> parameters;
        private final MarNetwork network;
        private final MarBatch batch;
        private final int[] targets;
        private final Named<double[]> seen = new Named<>();
        private double[] gradientOfConditions = {};
        private LossTerms terms = new LossTerms() {
            @Override
            public double loss() {
                return Double.NaN;
            }

            @Override
            public double[] ofRows() {
                return new double[0];
            }

            @Override
            public float[] gradientAsFloats() {
                return new float[0];
            }
        };

        Run(RecordedSystem system, Kernels kernels) {
            this.system = system;
            this.kernels = kernels;
            DataType type = Reference.typeOf(kernels);
            this.parameters = system.parameters(type);
            this.network = new MarNetwork(system.config(), parameters::get);
            this.batch = system.batch();
            this.targets = network.body().targets(batch.masking());
            run(type);
        }

        private void run(DataType type) {
            try (Tape body = Tape.recording(kernels, (name, value) -> seen.put(name, ExactKernels.valuesOf(value)));
                    Tape head = Tape.recording(kernels)) {
                Variable z = network.body()
                        .conditions(body, batch.tokens(), batch.labels(), batch.masking(), targets, DropoutKeys.NONE);
                seen.put("z", ExactKernels.valuesOf(z.value()));
                Matrix ofConditions = Matrix.of(Nd4j.zeros(type, z.value().size()), z.rows());
                Prediction prediction = TokenObjective.of(network, RecordedSystem.loss())
                        .predict(head, batch, targets, Variable.parameter(z.value(), ofConditions));
                seen.put("output", ExactKernels.valuesOf(prediction.output().value()));
                terms = prediction.terms();
                head.backward(
                        prediction.output(),
                        Matrix.of(
                                Nd4j.createFromArray(terms.gradientAsFloats()).castTo(type),
                                prediction.output().rows()));
                body.backward(z, ofConditions);
                gradientOfConditions = ExactKernels.valuesOf(ofConditions);
            }
        }

        private double[] recorded(String name) {
            return system.train().doubles((system.design().isCausal() ? system.key() : "out") + "." + name);
        }

        void check(String computed, String name, double limit) {
            Closeness.assertClose(system + " " + name, seen.get(computed), recorded(name), limit);
        }
    }

    @ParameterizedTest
    @MethodSource("systems")
    void everyActivationIsTheRecordedOne(RecordedSystem system, Kernels kernels) {
        Run run = new Run(system, kernels);
        if (system.design().isCausal()) {
            checkCausal(run);
        } else {
            checkBidirectional(run);
        }
    }

    private static void checkCausal(Run run) {
        run.check("encoder_input", "emb", ACTIVATION);
        run.check("z_proj_ln", "emb_ln", ACTIVATION);
        run.check("decoder_input", "mid_in", ACTIVATION);
        MarConfig config = run.system.config();
        for (int i = 0; i < config.encoder().depth() + config.decoder().depth(); i++) {
            run.check("blocks." + i, "blk" + i + "_out", ACTIVATION);
        }
        run.check("norm", "norm_out", ACTIVATION);
        run.check("z", "z", ACTIVATION);
        if (run.system.train().has(run.system.key() + ".blk0_qkv")) {
            run.check("blocks.0.attn.qkv", "blk0_qkv", ACTIVATION);
            run.check("blocks.0.attn", "blk0_attn_heads", ACTIVATION);
            run.check("blocks.0.attn.proj", "blk0_attn_out", ACTIVATION);
        }
        run.check("output", run.system.design().hasIds() ? "logits" : "model_out", ACTIVATION);
    }

    private static void checkBidirectional(Run run) {
        MarConfig config = run.system.config();
        int width = config.encoder().width();
        double[] all = run.recorded("enc_in_ln");
        int[] kept = keptRows(run.batch, config.buffer());
        Closeness.assertClose("enc_in_ln", run.seen.get("z_proj_ln"), RecordedRows.rows(all, kept, width), ACTIVATION);
        Closeness.assertClose("enc_kept", run.seen.get("z_proj_ln"), run.recorded("enc_kept"), ACTIVATION);
        run.check("encoder_norm", "enc_out", ACTIVATION);
        run.check("decoder_input", "dec_in", ACTIVATION);
        checkTargets(run, "z", "z", config.decoder().width());
        checkTargets(run, "output", "logits", config.design().codes());
    }

    /** Of recorded values of all tokens, those of the ones that are predicted. */
    private static void checkTargets(Run run, String computed, String name, int width) {
        double[] ofTargets = RecordedRows.rows(run.recorded(name), run.targets, width);
        Closeness.assertClose(name, run.seen.get(computed), ofTargets, ACTIVATION);
    }

    private static int[] keptRows(MarBatch batch, int buffer) {
        int[] positions = new EncoderRows(batch.masking(), buffer).positions();
        int perSample = positions.length / batch.masking().samples();
        return IntStream.range(0, positions.length)
                .map(row -> row / perSample * (buffer + batch.masking().tokens()) + positions[row])
                .toArray();
    }

    @ParameterizedTest
    @MethodSource("systems")
    void theLossOfEachRowIsTheRecordedOne(RecordedSystem system, Kernels kernels) {
        Run run = new Run(system, kernels);
        assertThat(run.terms.loss())
                .isCloseTo(run.recorded("loss")[0], within(LOSS * run.recorded("loss")[0] + lostOfBounds(run)));
        if (!system.design().hasIds()) {
            DiffusionTerms terms = (DiffusionTerms) run.terms;
            float[] noisy = RecordedSystem.loss()
                    .diffuse(run.batch.targets(run.targets), run.batch.noise(), run.batch.timesteps());
            Closeness.assertClose("x_t", Closeness.widen(noisy), run.recorded("x_t"), ACTIVATION);
            Closeness.assertClose("mse", terms.squaredErrors(), run.recorded("mse"), ACTIVATION);
            Closeness.assertClose("vb", terms.bounds(), run.recorded("vb"), BOUND_OF_A_ROW);
            Closeness.assertClose("loss_per_row", terms.ofRows(), run.recorded("loss_per_row"), BOUND_OF_A_ROW);
        } else if (system.design().isCausal()) {
            Closeness.assertClose("nll", run.terms.ofRows(), run.recorded("nll"), ACTIVATION);
        } else {
            checkNll(run);
        }
    }

    /** What float32 may have lost of the recorded loss in the rows with t = 0. */
    private static double lostOfBounds(Run run) {
        int[] timesteps = run.batch.timesteps();
        double[] ofRows = run.terms.ofRows();
        return IntStream.range(0, timesteps.length)
                .filter(row -> timesteps[row] == 0)
                .mapToDouble(row -> BOUND_OF_A_ROW * Math.abs(ofRows[row]) / ofRows.length)
                .sum();
    }

    private static void checkNll(Run run) {
        double[] ofTargets = RecordedRows.rows(run.recorded("nll"), run.targets, 1);
        Closeness.assertClose("nll", run.terms.ofRows(), ofTargets, ACTIVATION);
    }

    @ParameterizedTest
    @MethodSource("systems")
    void everyGradientIsTheRecordedOne(RecordedSystem system, Kernels kernels) {
        Run run = new Run(system, kernels);
        double limit = system.design().hasIds() ? GRADIENT : BOUND;
        Npz recorded = system.design().isCausal() ? ArFixtures.npz("causal_grads") : system.train();
        String prefix = system.design().isCausal() ? system.key() + "." : "grad.";
        for (String name : run.parameters.names()) {
            double[] expected = recorded.doubles(prefix + name);
            double[] found = ExactKernels.valuesOf(run.parameters.get(name).gradient());
            if (name.endsWith("attn.qkv.bias")) {
                forgetKeys(expected);
                forgetKeys(found);
            }
            Closeness.assertClose(system + " " + name, found, expected, limit);
        }
        double[] ofConditions = system.design().isCausal()
                ? run.recorded("grad_z")
                : RecordedRows.rows(
                        run.recorded("grad_z"),
                        run.targets,
                        system.config().decoder().width());
        Closeness.assertClose(system + " grad_z", run.gradientOfConditions, ofConditions, limit);
    }

    /** What keys add to all scores of a query changes no probability: their bias has no gradient but roundings. */
    private static void forgetKeys(double[] ofBias) {
        Arrays.fill(ofBias, ofBias.length / 3, ofBias.length / 3 * 2, 0);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "MAR_CE")
    void aTokenChangesNoConditionUpToItsOwn(RecordedSystem system) {
        Kernels kernels = new CpuKernels(new Threads(2));
        MarNetwork network = system.network(DataType.FLOAT);
        MarBatch batch = system.batch();
        double[] before = conditions(kernels, network, batch, batch.tokens());
        int tokens = batch.masking().tokens();
        int width = before.length / batch.masking().samples() / tokens;
        for (int slot = 0; slot < tokens; slot++) {
            float[] changed = batch.tokens().clone();
            int at = batch.masking().generated(1, slot) + tokens;
            for (int i = 0; i < batch.tokenSize(); i++) {
                int value = at * batch.tokenSize() + i;
                changed[value] = system.design().hasIds()
                        ? (changed[value] + 1) % system.design().codes()
                        : -changed[value] - 1;
            }
            double[] after = conditions(kernels, network, batch, changed);
            int same = (tokens + slot + 1) * width;
            assertThat(Arrays.copyOf(after, same)).isEqualTo(Arrays.copyOf(before, same));
            if (slot < tokens - 1) {
                assertThat(Arrays.copyOfRange(after, same, same + width))
                        .isNotEqualTo(Arrays.copyOfRange(before, same, same + width));
            }
        }
    }

    private static double[] conditions(Kernels kernels, MarNetwork network, MarBatch batch, float[] tokens) {
        try (Tape tape = Tape.computing(kernels)) {
            int[] targets = network.body().targets(batch.masking());
            return ExactKernels.valuesOf(network.body()
                    .conditions(tape, tokens, batch.labels(), batch.masking(), targets, DropoutKeys.NONE)
                    .value());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RASTER_DIFF", "RASTER_CE"})
    void noInputIsAtTheLastPositionOfRasterOrder(RecordedSystem system) {
        Run run = new Run(system, new CpuKernels(new Threads(1)));
        double[] gradient = ExactKernels.valuesOf(
                run.parameters.get("encoder_pos_embed_learned").gradient());
        int width = system.config().encoder().width();
        assertThat(Arrays.copyOfRange(gradient, gradient.length - width, gradient.length))
                .containsOnly(0);
    }

    @ParameterizedTest
    @EnumSource(names = "RANDOM_CE")
    void attentionSeesWhatTheRecordedMaskShows(RecordedSystem system) {
        Npz train = system.train();
        int batch = train.shape("in.ids")[0];
        int heads = system.config().encoder().heads();
        int length = system.config().tokens();
        Matrix qkv = Matrix.of(train.floats("random_ce.blk0_qkv"), batch * length);
        int width = qkv.columns() / 3;
        Kernels kernels = new Nd4jKernels(DataType.FLOAT);
        Matrix probabilities = kernels.allocate(batch * heads * length, length);
        kernels.attention(
                qkv.columns(0, width),
                qkv.columns(width, 2 * width),
                qkv.columns(2 * width, 3 * width),
                batch,
                heads,
                Sight.UP_TO_ITSELF,
                Dropout.NONE,
                probabilities,
                kernels.allocate(batch * length, width));
        double[] found = ExactKernels.valuesOf(probabilities);
        Closeness.assertClose("probabilities", found, train.doubles("random_ce.blk0_probabilities"), ACTIVATION);
        int[] mask = ArFixtures.npz("misc").ints("causal_mask");
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i] > 0).isEqualTo(mask[i % mask.length] == 1);
        }
    }
}
