package io.github.marspark.model.mar;

import java.io.Serializable;

/**
 * Which of the article's systems a network is: MAR is one of them, and each of the others differs from it by these choices
 * alone.
 *
 * @param attention what tokens see of each other
 * @param order in which tokens are generated
 * @param loss what a token is, and what its prediction costs
 * @param codes Q, how many ids a token may have; 0 where tokens are no ids
 * @see <a href="https://arxiv.org/abs/2406.11838">Li et al., table 1</a>
 */
public record Design(Attention attention, TokenOrder order, TokenLoss loss, int codes) implements Serializable {
    /** MAR: bidirectional attention, random order, diffusion loss. */
    public static final Design MAR = new Design(Attention.BIDIRECTIONAL, TokenOrder.RANDOM, TokenLoss.DIFFUSION, 0);

    /** Ids travel as float32 numbers, which hold whole numbers up to here. */
    private static final int MOST_CODES = 1 << 24;

    /** What tokens see of each other. */
    public enum Attention {
        /** An encoder sees all known tokens, a decoder all positions; any set of tokens may be next. */
        BIDIRECTIONAL,
        /** A token sees those before it in the order of generation, which is learned for all tokens at once. */
        CAUSAL
    }

    /** What a token is, and what its prediction costs. */
    public enum TokenLoss {
        /** A token is D numbers, which a diffusion draws. */
        DIFFUSION,
        /** A token is the id of a code, which is drawn from a distribution over all Q. */
        CROSS_ENTROPY
    }

    /** Checks that the choices go together. */
    public Design {
        if (attention == Attention.BIDIRECTIONAL && order == TokenOrder.RASTER) {
            throw new IllegalArgumentException(
                    "attention is bidirectional and order is raster, must be causal with raster or random, or bidirectional with random");
        }
        if (loss == TokenLoss.CROSS_ENTROPY && (codes < 2 || codes > MOST_CODES)) {
            throw new IllegalArgumentException(
                    "codes is " + codes + ", must be within 2 to " + MOST_CODES + " for the cross-entropy loss");
        }
        if (loss == TokenLoss.DIFFUSION && codes != 0) {
            throw new IllegalArgumentException("codes is " + codes + ", must be 0 for the diffusion loss");
        }
    }

    /** Whether a token is the id of a code. */
    public boolean hasIds() {
        return loss == TokenLoss.CROSS_ENTROPY;
    }

    /** Whether tokens are learned and generated one after another. */
    public boolean isCausal() {
        return attention == Attention.CAUSAL;
    }
}
