package io.github.marspark.jobs.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.mar.Design;
import io.github.marspark.model.mar.Design.Attention;
import io.github.marspark.model.mar.Design.TokenLoss;
import io.github.marspark.model.mar.TokenOrder;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The article's systems as recipes, and what does not go together. */
class SystemRecipesTest {
    private static final String SMALLEST = """
            name = flowers
            data {
              image-size = 256
              classes = 102
            }
            """;

    private static Design design(String lines) {
        return RecipeNetwork.config(Recipes.parse(SMALLEST + lines, "flowers.conf", Map.of()))
                .design();
    }

    @Test
    void aRecipeThatSaysNothingIsMar() {
        assertThat(design("")).isEqualTo(Design.MAR);
    }

    @Test
    void everySystemIsARecipe() {
        String causal = "model.attention = causal\nsample.iterations = 256\n";
        String ids = "model.loss = cross-entropy\ntokenizer { kind = vq, codes = 16384 }\n";
        assertThat(design(causal + "model.order = raster\n" + ids))
                .isEqualTo(new Design(Attention.CAUSAL, TokenOrder.RASTER, TokenLoss.CROSS_ENTROPY, 16384));
        assertThat(design(causal)).isEqualTo(new Design(Attention.CAUSAL, TokenOrder.RANDOM, TokenLoss.DIFFUSION, 0));
        assertThat(design(ids))
                .isEqualTo(new Design(Attention.BIDIRECTIONAL, TokenOrder.RANDOM, TokenLoss.CROSS_ENTROPY, 16384));
    }

    private static void refused(String line, String message) {
        assertThatThrownBy(() -> Recipes.parse(SMALLEST + line, "flowers.conf", Map.of()))
                .isInstanceOf(RecipeException.class)
                .hasMessage(message);
    }

    @Test
    void bidirectionalAttentionHasNoRasterOrder() {
        refused(
                "model.order = raster",
                "flowers.conf:6: model.order is raster, must be random for bidirectional attention");
    }

    @Test
    void causalAttentionDrawsNoSets() {
        refused(
                "model.attention = causal, sample.iterations = 64",
                "flowers.conf:6: sample.iterations is 64, must be 256, the number of tokens, for causal attention, which draws one after another");
    }

    @Test
    void crossEntropyNeedsATokenizerWithCodes() {
        refused(
                "model.loss = cross-entropy",
                "flowers.conf:6: model.loss is cross-entropy, must be diffusion for a tokenizer without codes; see tokenizer.kind");
    }

    @Test
    void codesAreThoseOfAQuantisedTokenizer() {
        refused(
                "tokenizer.codes = 16",
                "flowers.conf:6: tokenizer.codes is 16, must be 0 for kind kl: only kind vq has codes");
        refused(
                "tokenizer.kind = vq",
                "flowers.conf:6: tokenizer.kind is vq, must be kl without codes; set tokenizer.codes, 16384 in the article");
        refused(
                "tokenizer { kind = vq, codes = 1 }",
                "flowers.conf:6: tokenizer.codes is 1, must be from 2 to 16777216 for kind vq");
        refused("tokenizer.kind = lfq", "flowers.conf:6: tokenizer.kind is \"lfq\", must be one of kl, vq");
        refused(
                "tokenizer.restart-share = 2",
                "flowers.conf:6: tokenizer.restart-share is 2.0, must be from 0.0 to 1.0");
    }

    @Test
    void anIdIsNoPatch() {
        refused(
                "model { loss = cross-entropy, patch = 2 }, tokenizer { kind = vq, codes = 16 }",
                "flowers.conf:6: model.patch is 2, must be 1 for cross-entropy: a token is one id");
    }

    @Test
    void guidanceNeedsLabelsThatAreDropped() {
        refused(
                "sample.guidance = 2, model.label-drop = 0",
                "flowers.conf:6: sample.guidance is 2.0, must be 1 where model.label-drop is 0: the network does not learn to do without labels");
    }
}
