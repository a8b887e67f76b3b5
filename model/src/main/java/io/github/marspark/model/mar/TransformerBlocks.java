package io.github.marspark.model.mar;

import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.tensor.Dropout;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.function.UnaryOperator;

/**
 * A stack of pre-norm transformer blocks and the normalisation behind it: one of the network's two halves.
 *
 * <p>Legend: {@code B} samples of {@code T} rows each, {@code E} values a row, {@code R} rows that are asked for.
 *
 * @param layers the network's
 * @param name of the half, the beginning of its parameters' names
 * @param size of the stack
 * @param firstSite number of the first place that drops, counted through the network
 * @see <a href="https://arxiv.org/abs/2010.11929">Dosovitskiy et al., equations 2 to 4</a>
 */
record TransformerBlocks(Layers layers, String name, Transformer size, int firstSite) {
    private static final int SITES_PER_BLOCK = 4;

    /** The number of the first place behind this stack that drops. */
    int nextSite() {
        return firstSite + SITES_PER_BLOCK * size.depth();
    }

    /**
     * All rows.
     *
     * @param x {@code (B T, E)}
     * @return {@code (B T, E)}
     */
    Variable apply(Tape tape, Variable x, int batch, DropoutKeys dropout) {
        return apply(tape, x, batch, dropout, UnaryOperator.identity());
    }

    /**
     * The rows asked for. The last block computes them alone behind its attention, because nobody looks at the others:
     * 5% of sampling with the demo's network, and 3% of its training.
     *
     * @param x {@code (B T, E)}
     * @param asked numbers of rows of x
     * @return {@code (R, E)}
     */
    Variable apply(Tape tape, Variable x, int batch, DropoutKeys dropout, int[] asked) {
        return apply(tape, x, batch, dropout, rows -> tape.pick(rows, asked));
    }

    private Variable apply(Tape tape, Variable x, int batch, DropoutKeys dropout, UnaryOperator<Variable> atTheEnd) {
        Variable y = x;
        for (int i = 0; i < size.depth(); i++) {
            Variable before = y;
            int number = i;
            UnaryOperator<Variable> kept = i == size.depth() - 1 ? atTheEnd : UnaryOperator.identity();
            y = tape.observe(blockName(i), tape.scope(() -> block(tape, before, number, batch, dropout, kept)));
        }
        return layers.layerNorm(tape, y, name + "_norm");
    }

    private String blockName(int number) {
        return name + "_blocks." + number;
    }

    /** {@code y = x + attention(norm(x))}, then {@code y + mlp(norm(y))}. */
    private Variable block(
            Tape tape, Variable x, int number, int batch, DropoutKeys dropout, UnaryOperator<Variable> kept) {
        String block = blockName(number);
        int site = firstSite + SITES_PER_BLOCK * number;
        Variable attended = attention(tape, layers.layerNorm(tape, x, block + ".norm1"), block, batch, site, dropout);
        Dropout outputs = dropout.at(size.projectionDropout(), batch, site + 1);
        Variable heads = kept.apply(attended); // (R, E)
        Variable y = layers.linearResidual(tape, kept.apply(x), heads, block + ".attn.proj", outputs);
        Variable hidden = hidden(tape, layers.layerNorm(tape, y, block + ".norm2"), block, batch, site, dropout);
        Dropout sums = dropout.at(size.projectionDropout(), batch, site + 3);
        return layers.linearResidual(tape, y, hidden, block + ".mlp.fc2", sums);
    }

    /** Bidirectional attention of each sample's rows, {@code (B T, E) -> (B T, E)}, without its projection. */
    private Variable attention(Tape tape, Variable x, String block, int batch, int site, DropoutKeys dropout) {
        Dropout probabilities = dropout.at(size.attentionDropout(), batch, site);
        Variable qkv = layers.linear(tape, x, block + ".attn.qkv"); // (B T, 3 E)
        return tape.observe(block + ".attn", tape.attention(qkv, batch, size.heads(), probabilities));
    }

    /** The hidden layer of the MLP, {@code (R, E) -> (R, 4 E)}. */
    private Variable hidden(Tape tape, Variable x, String block, int batch, int site, DropoutKeys dropout) {
        Dropout activations = dropout.at(size.projectionDropout(), batch, site + 2);
        return tape.observe(block + ".mlp.act", layers.linearGelu(tape, x, block + ".mlp.fc1", activations));
    }
}
