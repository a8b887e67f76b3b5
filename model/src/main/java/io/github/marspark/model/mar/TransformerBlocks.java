package io.github.marspark.model.mar;

import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.tensor.Dropout;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.function.UnaryOperator;

/**
 * A stack of pre-norm transformer blocks: one of the network's two halves.
 *
 * <p>Legend: {@code B} samples of {@code T} rows each, {@code E} values a row, {@code R} rows that are asked for.
 *
 * @param layers the network's
 * @param prefix what stands before a block's number in its parameters' names
 * @param size of the stack
 * @param first number of the first block
 * @param firstSite number of the first place that drops, counted through the network
 * @see <a href="https://arxiv.org/abs/2010.11929">Dosovitskiy et al., equations 2 to 4</a>
 */
record TransformerBlocks(Layers layers, String prefix, Transformer size, int first, int firstSite) {
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
    Variable apply(Tape tape, Variable x, int batch, SelfAttention attention, DropoutKeys dropout) {
        return apply(tape, x, batch, attention, dropout, UnaryOperator.identity());
    }

    /**
     * The rows asked for. The last block computes them alone behind its attention, because nobody looks at the others:
     * 5% of sampling with the demo's network, and 3% of its training.
     *
     * @param x {@code (B T, E)}
     * @param asked numbers of rows of x
     * @return {@code (R, E)}
     */
    Variable apply(Tape tape, Variable x, int batch, SelfAttention attention, DropoutKeys dropout, int[] asked) {
        return apply(tape, x, batch, attention, dropout, rows -> tape.pick(rows, asked));
    }

    private Variable apply(
            Tape tape,
            Variable x,
            int batch,
            SelfAttention attention,
            DropoutKeys dropout,
            UnaryOperator<Variable> atTheEnd) {
        Variable y = x;
        for (int i = 0; i < size.depth(); i++) {
            Variable before = y;
            UnaryOperator<Variable> kept = i == size.depth() - 1 ? atTheEnd : UnaryOperator.identity();
            Block block = new Block(tape, i, batch, attention, dropout);
            y = tape.observe(block.name(), tape.scope(() -> block.of(before, kept)));
        }
        return y;
    }

    /** A block of the stack at work on a batch. */
    private final class Block {
        private final Tape tape;
        private final int number;
        private final int batch;
        private final SelfAttention attention;
        private final DropoutKeys dropout;

        Block(Tape tape, int index, int batch, SelfAttention attention, DropoutKeys dropout) {
            this.tape = tape;
            this.number = index;
            this.batch = batch;
            this.attention = attention;
            this.dropout = dropout;
        }

        String name() {
            return prefix + (first + number);
        }

        private Dropout dropped(double rate, int place) {
            return dropout.at(rate, batch, firstSite + SITES_PER_BLOCK * number + place);
        }

        /** {@code y = x + attention(norm(x))}, then {@code y + mlp(norm(y))}. */
        Variable of(Variable x, UnaryOperator<Variable> kept) {
            Variable attended = attend(layers.layerNorm(tape, x, name() + ".norm1"));
            Variable heads = kept.apply(attended); // (R, E)
            Dropout outputs = dropped(size.projectionDropout(), 1);
            Variable y = layers.linearResidual(tape, kept.apply(x), heads, name() + ".attn.proj", outputs);
            Variable hidden = hidden(layers.layerNorm(tape, y, name() + ".norm2"));
            Dropout sums = dropped(size.projectionDropout(), 3);
            return layers.linearResidual(tape, y, hidden, name() + ".mlp.fc2", sums);
        }

        /** Attention of each sample's rows, {@code (B T, E) -> (B T, E)}, without its projection. */
        private Variable attend(Variable x) {
            Dropout probabilities = dropped(size.attentionDropout(), 0);
            Variable qkv = layers.linear(tape, x, name() + ".attn.qkv"); // (B T, 3 E)
            Variable attended = attention.of(tape, first + number, qkv, batch, size.heads(), probabilities);
            return tape.observe(name() + ".attn", attended);
        }

        /** The hidden layer of the MLP, {@code (R, E) -> (R, 4 E)}. */
        private Variable hidden(Variable x) {
            Dropout activations = dropped(size.projectionDropout(), 2);
            return tape.observe(name() + ".mlp.act", layers.linearGelu(tape, x, name() + ".mlp.fc1", activations));
        }
    }
}
