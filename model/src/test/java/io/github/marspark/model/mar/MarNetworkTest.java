package io.github.marspark.model.mar;

import static io.github.marspark.model.mar.Reference.TRAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Named;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.loss.LossTerms;
import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.tensor.EveryKernels;
import io.github.marspark.model.tensor.Expectation;
import io.github.marspark.model.tensor.Kernels;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The network against the reference's recorded activations, losses and gradients, on every kind of kernels. Both are
 * float32: each is held to what the network gives exactly, as near as its roundings allow.
 */
class MarNetworkTest {
    private static final String NONE_DROPPED = "in.drop_latent_mask";
    private static final String DROPPED = "dropcase.drop_latent_mask";
    private static final Map<String, Expectation> ACTIVATIONS = new ConcurrentHashMap<>();
    private static final Map<String, Expectation> GRADIENTS = new ConcurrentHashMap<>();

    static Stream<Kernels> kernels() {
        return EveryKernels.stream();
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void everyActivationIsTheExactOne(Kernels kernels) {
        for (String dropped : List.of(NONE_DROPPED, DROPPED)) {
            checkAll(exactActivations(dropped), new ReferenceRun(kernels).activations(dropped));
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void lossAndEveryGradientAreTheExactOnes(Kernels kernels) {
        for (String dropped : List.of(NONE_DROPPED, DROPPED)) {
            checkAll(exactGradients(dropped), new ReferenceRun(kernels).gradients(dropped));
            checkAll(exactGradients(dropped), new ReferenceRun(kernels).objective(dropped));
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void evaluatingWithoutGradientsGivesTheSameLoss(Kernels kernels) {
        MarNetwork network = new MarNetwork(Reference.config(), Reference.parameters(DataType.FLOAT, kernels)::get);
        LossTerms terms = new MarObjective(network, Reference.loss())
                .evaluate(kernels, Reference.batch(NONE_DROPPED), DropoutKeys.NONE);
        exactGradients(NONE_DROPPED).check("loss", new double[] {terms.loss()});
    }

    @Test
    void theEncodersExactActivationsAreTheRecordedOnes() {
        Masking masking = Reference.masking();
        check("z_proj", "z_proj_out");
        check("encoder_input", "enc_in_pre_ln", recorded -> RecordedRows.kept(recorded, masking));
        check("z_proj_ln", "enc_in_ln", recorded -> RecordedRows.kept(recorded, masking));
        check("z_proj_ln", "enc_kept");
        check("encoder_blocks.0.norm1", "enc_blk0_norm1");
        check("encoder_blocks.0.attn.qkv", "enc_blk0_qkv");
        check("encoder_blocks.0.attn", "enc_blk0_attn_heads");
        check("encoder_blocks.0.attn.proj", "enc_blk0_attn_out");
        check("encoder_blocks.0.norm2", "enc_blk0_norm2");
        check("encoder_blocks.0.mlp.fc1", "enc_blk0_fc1");
        check("encoder_blocks.0.mlp.act", "enc_blk0_gelu");
        check("encoder_blocks.0.mlp.fc2", "enc_blk0_mlp_out");
        checkBlocks("encoder_blocks.", "enc_blk", Reference.config().encoder().depth());
        check("encoder_norm", "enc_out");
    }

    @Test
    void theDecodersExactActivationsAreTheRecordedOnes() {
        check("decoder_embed", "dec_embed_out");
        check("decoder_input", "dec_in");
        int last = Reference.config().decoder().depth() - 1;
        checkBlocks("decoder_blocks.", "dec_blk", last);
        check("decoder_blocks." + last, "dec_blk" + last + "_out", RecordedRows::tokensOf);
        check("z", "z");
        check("decoder_norm", "dec_norm_out", RecordedRows::tokensOf);
    }

    @Test
    void theHeadsExactActivationsAreTheRecordedOnes() {
        checkRows("time_sinusoid", "mlp_time_sinusoid", RecordedRows.ofTimesteps());
        checkRows("diffloss.net.time_embed.mlp.0", "mlp_time_fc0", RecordedRows.ofTimesteps());
        checkRows("diffloss.net.time_embed.mlp.2", "mlp_t_emb", RecordedRows.ofTimesteps());
        check("diffloss.net.input_proj", "mlp_x_proj");
        checkRows("diffloss.net.cond_embed", "mlp_c_emb", RecordedRows.ofConditions());
        checkRows("z", "z_rep", RecordedRows.ofConditions());
        check("diffloss.net.res_blocks.0.adaLN_modulation.1", "mlp_blk0_adaln");
        checkBlocks(
                "diffloss.net.res_blocks.", "mlp_blk", Reference.config().head().depth());
        check("diffloss.net.final_layer.linear", "model_out");
    }

    @Test
    void theExactActivationsOfADroppedLabelAreTheRecordedOnes() {
        Expectation exact = exactActivations(DROPPED);
        exact.check("encoder_norm", TRAIN.doubles("dropcase.enc_out"));
        exact.check("z", TRAIN.doubles("dropcase.z"));
        exact.check("diffloss.net.final_layer.linear", TRAIN.doubles("dropcase.model_out"));
    }

    @Test
    void theExactLossesAndGradientsAreTheRecordedOnes() {
        exactGradients(NONE_DROPPED).check("loss", TRAIN.doubles("out.loss"));
        exactGradients(NONE_DROPPED).check("grad_z", TRAIN.doubles("out.grad_z"));
        Npz gradients = Fixtures.npz("grads");
        assertThat(gradients.names()).isNotEmpty();
        gradients.names().forEach(name -> exactGradients(NONE_DROPPED).check(name, gradients.doubles(name)));
        exactGradients(DROPPED).check("loss", TRAIN.doubles("dropcase.loss"));
        String prefix = "dropcase.grad.";
        TRAIN.names().stream()
                .filter(name -> name.startsWith(prefix))
                .forEach(name -> exactGradients(DROPPED).check(name.substring(prefix.length()), TRAIN.doubles(name)));
    }

    private static void checkAll(Expectation exact, Named<double[]> computed) {
        computed.names().forEach(name -> exact.check(name, computed.get(name)));
    }

    private static Expectation exactActivations(String dropped) {
        return ACTIVATIONS.computeIfAbsent(
                dropped, key -> Expectation.of(kernels -> new ReferenceRun(kernels).activations(key)));
    }

    private static Expectation exactGradients(String dropped) {
        return GRADIENTS.computeIfAbsent(
                dropped, key -> Expectation.of(kernels -> new ReferenceRun(kernels).gradients(key)));
    }

    private static void check(String name, String recorded) {
        check(name, recorded, TRAIN::doubles);
    }

    /** Compares some of the recorded values. */
    private static void check(String name, String recorded, Function<String, double[]> some) {
        exactActivations(NONE_DROPPED).check(name, some.apply("out." + recorded));
    }

    /** Compares recorded rows, each with the one of the network's that it is. */
    private static void checkRows(String name, String recorded, int[] rows) {
        String array = "out." + recorded;
        exactActivations(NONE_DROPPED)
                .checkSome(name, TRAIN.doubles(array), exact -> RecordedRows.rows(exact, rows, TRAIN.shape(array)[1]));
    }

    /** Compares the outputs of the first blocks of a stack. */
    private static void checkBlocks(String name, String recorded, int blocks) {
        for (int i = 0; i < blocks; i++) {
            check(name + i, recorded + i + "_out");
        }
    }
}
