package io.github.marspark.model.mar;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.SamplingOptions;
import io.github.marspark.model.mar.Design.Attention;
import io.github.marspark.model.mar.Design.TokenLoss;
import io.github.marspark.model.mar.MarConfig.Head;
import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.mar.MarGenerator.Options;
import io.github.marspark.model.masking.GuidanceSchedule;
import io.github.marspark.model.masking.MaskRate;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What does not go together. */
class DesignTest {
    private static final Transformer HALF = new Transformer(8, 1, 2, 4, 0, 0);
    private static final Design IDS = new Design(Attention.CAUSAL, TokenOrder.RANDOM, TokenLoss.CROSS_ENTROPY, 5);
    private static final Design CAUSAL = new Design(Attention.CAUSAL, TokenOrder.RASTER, TokenLoss.DIFFUSION, 0);

    private final Kernels kernels = new CpuKernels(new Threads(1));

    private static MarConfig config(int patch, double labelDrop, Design design) {
        return new MarConfig(4, 2, patch, 3, HALF, HALF, 2, new Head(8, 1), 1, labelDrop, new MaskRate(0.7), design);
    }

    private static void refused(ThrowingCallable what, String message) {
        assertThatThrownBy(what).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    void bidirectionalAttentionHasNoRasterOrder() {
        refused(
                () -> new Design(Attention.BIDIRECTIONAL, TokenOrder.RASTER, TokenLoss.DIFFUSION, 0),
                "attention is bidirectional and order is raster, must be causal with raster or random, or bidirectional with random");
    }

    @Test
    void codesBelongToCrossEntropyAlone() {
        refused(
                () -> new Design(Attention.CAUSAL, TokenOrder.RANDOM, TokenLoss.CROSS_ENTROPY, 0),
                "codes is 0, must be within 2 to 16777216 for the cross-entropy loss");
        refused(
                () -> new Design(Attention.CAUSAL, TokenOrder.RANDOM, TokenLoss.DIFFUSION, 7),
                "codes is 7, must be 0 for the diffusion loss");
    }

    @Test
    void anIdIsNoPatch() {
        refused(() -> config(2, 0.1, IDS), "patch is 2, must be 1 for the cross-entropy loss: a token is one id");
    }

    @Test
    void aCausalStackHasOneWidth() {
        Transformer other = new Transformer(16, 1, 2, 4, 0, 0);
        refused(
                () -> new MarConfig(4, 2, 1, 3, HALF, other, 2, new Head(8, 1), 1, 0.1, new MaskRate(0.7), CAUSAL),
                "encoder and decoder differ in width or heads, must be halves of one stack for causal attention");
    }

    private MarGenerator generator(MarConfig config, int iterations, double guidance, Reveal reveal) {
        Parameters parameters = Parameters.zeros(MarParameters.layout(config));
        GaussianDiffusion diffusion = RecordedSystem.diffusion();
        Options options = new Options(iterations, guidance, GuidanceSchedule.LINEAR, SamplingOptions.REFERENCE, reveal);
        return new MarGenerator(new MarNetwork(config, parameters::variable), kernels, diffusion, options);
    }

    @Test
    void causalAttentionGeneratesNoSets() {
        refused(
                () -> generator(config(1, 0.1, CAUSAL), 4, 1, Reveal.BY_ORDER),
                "iterations is 4, must be the 16 tokens for causal attention: it generates one after another");
    }

    @Test
    void causalAttentionKeepsNoTokens() {
        MarConfig config = config(1, 0.1, CAUSAL);
        Parameters parameters = Parameters.zeros(MarParameters.layout(config));
        Options options = new Options(15, 1, GuidanceSchedule.LINEAR, SamplingOptions.REFERENCE);
        boolean[] first = new boolean[16];
        first[0] = true;
        KeptTokens kept = new KeptTokens(new float[16 * 2], first);
        GaussianDiffusion diffusion = RecordedSystem.diffusion();
        MarNetwork network = new MarNetwork(config, parameters::variable);
        refused(
                () -> new MarGenerator(network, kernels, diffusion, options, kept),
                "attention is causal, must be bidirectional to keep tokens: it draws one after another from nothing");
    }

    @Test
    void guidanceNeedsLabelsThatWereDropped() {
        refused(
                () -> generator(config(1, 0, CAUSAL), 16, 2, Reveal.BY_ORDER),
                "guidance is 2.0, must be 1 for a network whose labels are never dropped: it has not learned to do without");
    }

    @Test
    void confidenceChoosesAmongIdsOfBidirectionalAttention() {
        for (Design design : new Design[] {IDS, Design.MAR}) {
            refused(
                    () -> generator(config(1, 0.1, design), 16, 1, new Reveal(4.5)),
                    "tokens are revealed by confidence, must be by order unless attention is bidirectional and the loss cross-entropy");
        }
    }

    @Test
    void aTokenThatIsNoIdIsRefused() {
        refused(() -> TokenIds.of(new float[] {4, 5}, 5), "token 1 is 5.0, must be an id within 0 to 4");
        refused(() -> TokenIds.of(new float[] {-1}, 5), "token 0 is -1.0, must be an id within 0 to 4");
        refused(() -> TokenIds.of(new float[] {1.5f}, 5), "token 0 is 1.5, must be an id within 0 to 4");
    }
}
