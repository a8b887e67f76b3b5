package io.github.marspark.jobs.compare;

import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.progress.MetricsFile;
import io.github.marspark.jobs.progress.StepReport;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.model.mar.MarParameters;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import java.util.List;
import java.util.Map;

/**
 * What is to be said of a training.
 *
 * @param parameters of its network
 * @param headParameters those of them that belong to the head: the diffusion's network, or the logits' projection
 * @param seconds that its steps took
 * @param loss mean over its last hundredth, one step at least
 * @param validationLoss the last one; not-a-number where none was measured
 */
public record TrainingSummary(
        long parameters, long headParameters, double seconds, double loss, double validationLoss) {
    private static final int ENDS = 100;

    /** Reads the checkpoints' metrics. */
    public static TrainingSummary of(Recipe recipe) {
        ParameterLayout layout = MarParameters.layout(RecipeNetwork.config(recipe));
        long head = layout.specs().stream()
                .filter(spec ->
                        spec.name().startsWith("diffloss.") || spec.name().startsWith("head."))
                .mapToLong(ParameterSpec::size)
                .sum();
        MetricsFile metrics = new MetricsFile(FileStore.at(recipe.checkpoints()));
        List<StepReport> reports = metrics.reports(
                Math.toIntExact(Math.min(Integer.MAX_VALUE, recipe.train().steps())));
        double seconds = reports.stream()
                .mapToDouble(report -> recipe.train().globalBatch() / report.imagesPerSecond())
                .sum();
        double loss = reports.subList(reports.size() - Math.max(1, reports.size() / ENDS), reports.size()).stream()
                .mapToDouble(StepReport::loss)
                .average()
                .orElse(Double.NaN);
        double validation = metrics.validationLosses().entrySet().stream()
                .max(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .orElse(Double.NaN);
        return new TrainingSummary(layout.size(), head, seconds, loss, validation);
    }
}
