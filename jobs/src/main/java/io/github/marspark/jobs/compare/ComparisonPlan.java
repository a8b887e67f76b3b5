package io.github.marspark.jobs.compare;

import io.github.marspark.jobs.recipe.JudgedImages;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.recipe.SampleOutput;
import io.github.marspark.jobs.recipe.TokenizerKind;
import io.github.marspark.jobs.recipe.UsageException;
import io.github.marspark.model.mar.Design.TokenLoss;
import io.github.marspark.model.optimization.LearningRateSchedule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The recipes of a comparison, each of which differs from the one that is given by what its row is about and by where its
 * files lie. Both tokenizers make as many tokens of an image: the quantised one goes on halving where the other's latents are
 * put together to tokens.
 */
public final class ComparisonPlan {
    private static final int NAME_LENGTH = 8;

    private final Recipe recipe;
    private final int tokens;

    /**
     * Plans.
     *
     * @param recipe of the whole comparison, whose tokenizer is the continuous one and whose network is any of the rows'
     * @throws UsageException naming the key with which no table can be made
     */
    public ComparisonPlan(Recipe recipe) {
        this.recipe = recipe;
        int side = recipe.data().imageSize()
                / recipe.tokenizer().stride()
                / recipe.model().patch();
        this.tokens = side * side;
        require(
                recipe.tokenizer().kind() == TokenizerKind.KL,
                "tokenizer.kind is vq, must be kl for a comparison, which makes the quantised tokenizer from it");
        require(
                Integer.bitCount(recipe.model().patch()) == 1,
                "model.patch is %d, must be a power of 2 for a comparison, so that a quantised tokenizer can make as many tokens"
                        .formatted(recipe.model().patch()));
        require(
                recipe.sample().iterations() < tokens,
                "sample.iterations is %d, must be less than the %d tokens of an image for a comparison of sets with one at a time"
                        .formatted(recipe.sample().iterations(), tokens));
        require(
                recipe.sample().guidance() > 1,
                "sample.guidance is %s, must be more than 1 for a comparison of guided with other images"
                        .formatted(recipe.sample().guidance()));
    }

    private static void require(boolean holds, String words) {
        if (!holds) {
            throw new UsageException(words);
        }
    }

    /** The rows that are wanted, in the order of the table. */
    public List<ComparedRow> rows() {
        List<Integer> wanted = recipe.compare().rows();
        return ComparedRow.ALL.stream()
                .filter(row -> wanted.isEmpty() || wanted.contains(row.number()))
                .toList();
    }

    /** The recipe by which a tokenizer is trained and the images are encoded. */
    public Recipe encoding(TokenizerKind kind) {
        return with(tokenizer(kind));
    }

    /** The recipe by which a tokenizer's reconstructions are judged. */
    public Recipe reconstruction(TokenizerKind kind) {
        Map<String, Object> settings = tokenizer(kind);
        settings.put("evaluate.judged", ComparedRow.word(JudgedImages.RECONSTRUCTIONS));
        settings.put("evaluate.report", folder("tokenizer-" + ComparedRow.word(kind) + ".json"));
        return with(settings);
    }

    /** The recipe by which the classifier is trained that judges all rows. */
    public Recipe judge() {
        return recipe;
    }

    /** The recipe by which a row's network is trained. */
    public Recipe training(ComparedRow row) {
        return with(network(row));
    }

    /** The recipe by which a row's images are drawn and judged, without guidance or with the recipe's. */
    public Recipe drawing(ComparedRow row, boolean guided) {
        Map<String, Object> settings = network(row);
        settings.put("sample.iterations", row.sets() ? recipe.sample().iterations() : tokens);
        settings.put("sample.per-class", recipe.compare().perClass());
        settings.put("sample.output", ComparedRow.word(SampleOutput.PNG));
        settings.put("sample.guidance", guided ? recipe.sample().guidance() : 1.0);
        // drawings by other settings lie in other folders, so that no other's are judged in their place
        String name = RowResult.settings(with(settings)).substring(0, NAME_LENGTH);
        String folder = folder("%s/%s%s-%s".formatted(row.network(), row.atOnce(), guided ? "-guided" : "", name));
        settings.put("samples", folder);
        settings.put("evaluate.images", folder);
        settings.put("evaluate.report", folder + ".json");
        return with(settings);
    }

    /** Cross-entropy learns better with a rate that falls, the diffusion loss with one that stays, as in the article. */
    private Map<String, Object> network(ComparedRow row) {
        Map<String, Object> settings = tokenizer(row.tokenizer());
        settings.put("model.attention", ComparedRow.word(row.attention()));
        settings.put("model.order", ComparedRow.word(row.order()));
        settings.put("model.loss", ComparedRow.word(row.loss()));
        settings.put(
                "train.schedule",
                ComparedRow.word(
                        row.loss() == TokenLoss.CROSS_ENTROPY
                                ? LearningRateSchedule.COSINE
                                : LearningRateSchedule.CONSTANT));
        settings.put("sample.iterations", tokens);
        settings.put("checkpoints", folder(row.network() + "/checkpoints"));
        return settings;
    }

    private Map<String, Object> tokenizer(TokenizerKind kind) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("tokenizer-folder", folder("tokenizer-" + ComparedRow.word(kind)));
        settings.put("latents", folder("latents-" + ComparedRow.word(kind)));
        settings.put("compare.rows", List.of());
        if (kind == TokenizerKind.VQ) {
            settings.put("tokenizer.kind", ComparedRow.word(kind));
            settings.put("tokenizer.codes", recipe.compare().codes());
            settings.put("tokenizer.latent-channels", recipe.compare().latentChannels());
            settings.put("tokenizer.hidden-channels", recipe.compare().latentChannels());
            settings.put("tokenizer.multipliers", multipliers());
            settings.put("model.patch", 1);
        }
        return settings;
    }

    /** Of a stride that is the other tokenizer's times the patch. */
    private List<Integer> multipliers() {
        List<Integer> multipliers = new ArrayList<>(recipe.tokenizer().multipliers());
        for (int side = recipe.model().patch(); side > 1; side /= 2) {
            multipliers.add(multipliers.get(multipliers.size() - 1));
        }
        return multipliers;
    }

    private String folder(String name) {
        return recipe.out() + "/" + name;
    }

    private Recipe with(Map<String, Object> settings) {
        Map<String, String> text = new HashMap<>();
        settings.forEach((key, value) -> text.put(key, value.toString()));
        return Recipes.parse(Recipes.render(recipe), "the comparison's recipe", text);
    }
}
