package io.github.marspark.model.mar;

import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Sight;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.stream.IntStream;

/**
 * The causal body: one stack of blocks over a sample's slots in the order of generation, in which slot i is given the
 * token before its own, sees the slots up to itself, and learns in the middle of the stack which position it is to
 * predict. Its condition knows the class and all tokens before its own, and nothing of its own or of later ones.
 *
 * <p>{@code B} samples of {@code L} slots, {@code E} the width. The first half has as many blocks as a bidirectional
 * network's encoder, the second as its decoder. Immutable; a tape is used by one thread.
 *
 * @see <a href="https://arxiv.org/abs/2406.11838">Li et al., section 3.3</a>
 */
final class CausalTransformer implements Body {
    private static final SelfAttention TRAINING = SelfAttention.of(Sight.UP_TO_ITSELF);

    private final Layers layers;
    private final TokenEmbedding embedding;
    private final TransformerBlocks first;
    private final TransformerBlocks second;

    CausalTransformer(MarConfig config, Layers layers) {
        Transformer half = config.encoder();
        this.layers = layers;
        this.embedding = TokenEmbedding.of(config, layers);
        this.first = new TransformerBlocks(layers, "blocks.", half, 0, 0);
        this.second = new TransformerBlocks(layers, "blocks.", config.decoder(), half.depth(), first.nextSite());
    }

    @Override
    public int[] targets(Masking masking) {
        return new CausalRows(masking).targets();
    }

    @Override
    public Variable conditions(
            Tape tape, float[] tokens, int[] labels, Masking masking, int[] targets, DropoutKeys dropout) {
        CausalRows rows = new CausalRows(masking);
        Variable embedded = embedding.of(tape, tokens, masking.samples() * masking.tokens()); // (B L, E)
        Variable x = tape.pick(embedded, layers.classes(tape, labels), rows.sources()); // (B L, E)
        int[] positions =
                IntStream.of(targets).map(token -> token % masking.tokens()).toArray();
        return through(tape, x, rows.ownPositions(), positions, masking.samples(), TRAINING, dropout);
    }

    /** From the slots' inputs {@code (N, E)} to their conditions {@code (N, E)}. */
    private Variable through(
            Tape tape,
            Variable input,
            int[] own,
            int[] predicted,
            int batch,
            SelfAttention attention,
            DropoutKeys dropout) {
        Variable x = add(tape, input, "encoder", own);
        x = layers.layerNorm(tape, x, "z_proj_ln");
        x = first.apply(tape, x, batch, attention, dropout);
        x = add(tape, x, "decoder", predicted);
        x = second.apply(tape, x, batch, attention, dropout);
        x = layers.layerNorm(tape, x, "norm");
        return tape.addRows(x, layers.parameter("diffusion_pos_embed_learned"), predicted);
    }

    private Variable add(Tape tape, Variable x, String half, int[] positions) {
        Variable table = layers.parameter(half + "_pos_embed_learned"); // (1 + L, E), then (L, E)
        return tape.observe(half + "_input", tape.addRows(x, table, positions));
    }

    /** One slot a sample and iteration, with the keys and values of the slots before it. */
    @Override
    public Generation generation(Kernels kernels) {
        return new Generation(new KeyValueCache(kernels));
    }

    /** A generation, whose cache grows by a row a sample and iteration. */
    final class Generation implements GenerationConditions {
        private final KeyValueCache cache;

        private Generation(KeyValueCache cache) {
            this.cache = cache;
        }

        KeyValueCache cache() {
            return cache;
        }

        @Override
        public Variable next(Tape tape, GenerationBatch batch) {
            return slot(tape, batch, cache);
        }

        @Override
        public void close() {
            cache.close();
        }
    }

    private Variable slot(Tape tape, GenerationBatch batch, KeyValueCache cache) {
        int samples = batch.orders().length;
        int tokens = batch.length();
        int[] before = batch.lastRevealed();
        Variable x = before.length == 0
                ? layers.classes(tape, batch.labels())
                : embedding.of(tape, batch.values(before), samples); // (B, E)
        int[] own = new int[samples];
        for (int b = 0; b < before.length; b++) {
            own[b] = 1 + before[b] % tokens;
        }
        int[] predicted =
                IntStream.of(batch.next()).map(token -> token % tokens).toArray();
        return through(tape, x, own, predicted, samples, cache, DropoutKeys.NONE);
    }
}
