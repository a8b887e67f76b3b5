package io.github.marspark.jobs.compare;

import io.github.marspark.jobs.recipe.TokenizerKind;
import io.github.marspark.model.mar.Design.Attention;
import io.github.marspark.model.mar.Design.TokenLoss;
import io.github.marspark.model.mar.TokenOrder;
import java.util.List;
import java.util.Locale;

/**
 * A row of the table: a network, and how many tokens it draws at once. Rows that differ in nothing but that share a network.
 *
 * @param number its place, from 1
 * @param order in which tokens are drawn
 * @param attention what tokens see of each other
 * @param sets whether sets of tokens are drawn at once
 * @param loss what a token is
 * @param article its FID on ImageNet at 256 pixels, without guidance and with it
 */
public record ComparedRow(
        int number, TokenOrder order, Attention attention, boolean sets, TokenLoss loss, String article) {
    /** The rows in the article's order, with its numbers for 400 epochs of a network as large as MAR-L. */
    public static final List<ComparedRow> ALL = List.of(
            new ComparedRow(1, TokenOrder.RASTER, Attention.CAUSAL, false, TokenLoss.CROSS_ENTROPY, "19.58, 4.92"),
            new ComparedRow(2, TokenOrder.RASTER, Attention.CAUSAL, false, TokenLoss.DIFFUSION, "19.23, 4.69"),
            new ComparedRow(3, TokenOrder.RANDOM, Attention.CAUSAL, false, TokenLoss.CROSS_ENTROPY, "16.22, 4.36"),
            new ComparedRow(4, TokenOrder.RANDOM, Attention.CAUSAL, false, TokenLoss.DIFFUSION, "13.07, 4.07"),
            new ComparedRow(
                    5, TokenOrder.RANDOM, Attention.BIDIRECTIONAL, false, TokenLoss.CROSS_ENTROPY, "8.75, 3.50"),
            new ComparedRow(6, TokenOrder.RANDOM, Attention.BIDIRECTIONAL, false, TokenLoss.DIFFUSION, "3.43, 1.84"),
            new ComparedRow(7, TokenOrder.RANDOM, Attention.BIDIRECTIONAL, true, TokenLoss.CROSS_ENTROPY, "8.79, 3.69"),
            new ComparedRow(8, TokenOrder.RANDOM, Attention.BIDIRECTIONAL, true, TokenLoss.DIFFUSION, "3.50, 1.98"));

    /** The tokenizer whose latents it learns. */
    public TokenizerKind tokenizer() {
        return loss == TokenLoss.CROSS_ENTROPY ? TokenizerKind.VQ : TokenizerKind.KL;
    }

    /** The network's name, which is its folder's. */
    public String network() {
        return word(attention) + "-" + word(order) + "-" + word(loss);
    }

    /** What tells it from the others, in the words of the table. */
    public String words() {
        return "%s %s, %s, %s".formatted(word(order), word(attention), atOnce(), word(loss));
    }

    /** The same in few enough letters for a picture. */
    String shortWords() {
        return "%d %s %s %s"
                .formatted(
                        number,
                        word(attention),
                        attention == Attention.CAUSAL ? word(order) : atOnce(),
                        loss == TokenLoss.CROSS_ENTROPY ? "ids" : "numbers");
    }

    /** How many tokens at once, as the table says it. */
    String atOnce() {
        return sets ? "sets" : "one";
    }

    /** A choice as recipes write it. */
    static String word(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
