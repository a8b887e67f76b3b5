package io.github.marspark.jobs.compare;

import io.github.marspark.jobs.compare.RowResult.Judgement;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.TokenizerKind;
import io.github.marspark.model.mar.Design.TokenLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The table of a comparison as Markdown.
 *
 * @param recipe of the comparison
 * @param reconstructions what the classifier says of each tokenizer's reconstructions, which bound its rows
 * @param results those of the rows that are done, by their numbers
 */
public record ComparisonTable(
        Recipe recipe, Map<TokenizerKind, Judgement> reconstructions, Map<Integer, RowResult> results) {
    private static final String NONE = "–";

    /** Copies the maps. */
    public ComparisonTable {
        reconstructions = Map.copyOf(reconstructions);
        results = Map.copyOf(results);
    }

    /** The table with what bounds it above and what it means below. */
    public String markdown() {
        List<String> lines = new ArrayList<>(List.of("# The systems of the article, compared by " + recipe.name(), ""));
        reconstructions.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(tokenizer -> lines.add(
                        "- Of images that the tokenizer `%s` encodes and decodes, %s. Its rows draw by the same decoder."
                                .formatted(ComparedRow.word(tokenizer.getKey()), judged(tokenizer.getValue()))));
        lines.addAll(List.of(
                "",
                "| | order | attention | at once | loss | tokenizer | parameters (head) | steps, images, seconds, images/s"
                        + " | last loss | validation loss | iterations (× diffusion steps), s/image, cache"
                        + " | accuracy, distance | with guidance %s | article: FID, with guidance |"
                                .formatted(recipe.sample().guidance()),
                "|---" + "|---".repeat(13) + "|"));
        ComparedRow.ALL.forEach(row -> lines.add(line(row, results.get(row.number()))));
        lines.addAll(notes());
        return String.join("\n", lines) + "\n";
    }

    private String line(ComparedRow row, @Nullable RowResult result) {
        List<String> cells = new ArrayList<>(List.of(
                Integer.toString(row.number()),
                ComparedRow.word(row.order()),
                ComparedRow.word(row.attention()),
                row.atOnce(),
                ComparedRow.word(row.loss()),
                ComparedRow.word(row.tokenizer())));
        if (result == null) {
            cells.addAll(List.of(NONE, NONE, NONE, NONE, NONE, NONE, NONE));
        } else {
            String unit = row.loss() == TokenLoss.CROSS_ENTROPY ? "nats" : "noise error";
            cells.add(text("%,d (%,d)", result.parameters(), result.headParameters()));
            cells.add(text(
                    "%,d, %,d, %.0f, %.0f",
                    result.steps(), result.images(), result.seconds(), result.images() / result.seconds()));
            cells.add(text("%.4f %s", result.loss(), unit));
            cells.add(Double.isNaN(result.validationLoss()) ? NONE : text("%.4f", result.validationLoss()));
            cells.add(text(
                    "%d%s, %s, %s",
                    result.iterations(),
                    result.diffusionSteps().isEmpty() ? "" : " × " + result.diffusionSteps(),
                    Double.isNaN(result.secondsPerImage()) ? NONE : text("%.4f", result.secondsPerImage()),
                    result.cached() ? "yes" : "no"));
            cells.add(text(
                    "%.1f%%, %.2f",
                    100 * result.plain().accuracy(), result.plain().distance()));
            cells.add(text(
                    "%.1f%%, %.2f",
                    100 * result.guided().accuracy(), result.guided().distance()));
        }
        cells.add(row.article());
        return "| " + String.join(" | ", cells) + " |";
    }

    private static String judged(Judgement judgement) {
        return text(
                "%.1f%% are taken for what they are, at a classifier distance of %.2f",
                100 * judgement.accuracy(), judgement.distance());
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private List<String> notes() {
        int images = recipe.compare().perClass() * recipe.data().classes();
        return List.of(
                "",
                "- One budget: all rows see the same images in the same order, by one batch, number of steps, peak learning rate,"
                        + " warm-up, clipping, moving average and seed. Cross-entropy's learning rate falls along a cosine, the"
                        + " diffusion loss's stays, as in the article. Rows that differ in nothing but `at once` share a network.",
                "- Losses of different units are not compared. Causal networks learn from all tokens of an image, bidirectional ones"
                        + " from those that are masked.",
                text(
                        "- Accuracy and distance are those of `evaluate`: %,d images, %d of each of %d classes, judged by a classifier"
                                + " of the collection. They are no FID. The article's FID is that of ImageNet at 256 pixels"
                                + " (arXiv 2406.11838, table 1), and shows the order that it found.",
                        images, recipe.compare().perClass(), recipe.data().classes()),
                text(
                        "- All rows draw the same labels, each image by the same order and noise, at temperature %s, the diffusion by"
                                + " `%s`. Seconds an image are those of a drawing without guidance, from its beginning to its end.",
                        recipe.sample().temperature(), recipe.sample().diffusionSteps()));
    }
}
