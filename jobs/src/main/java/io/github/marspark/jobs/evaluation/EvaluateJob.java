package io.github.marspark.jobs.evaluation;

import io.github.marspark.data.statistics.StatisticsFile;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.latents.LatentSource;
import io.github.marspark.jobs.recipe.Cropping;
import io.github.marspark.jobs.recipe.Doubts;
import io.github.marspark.jobs.recipe.EvaluateRecipe;
import io.github.marspark.jobs.recipe.FeatureSource;
import io.github.marspark.jobs.recipe.JudgedImages;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.runtime.SparkSessions;
import io.github.marspark.jobs.runtime.StageFailure;
import io.github.marspark.jobs.sample.Drawings;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** Judges images by comparing them with others in the features of a network. */
public final class EvaluateJob {
    private final Recipe recipe;
    private final EvaluateRecipe settings;
    private final EvaluatedPlace reference;
    private final PrintStream out;

    /**
     * An evaluation.
     *
     * @param recipe complete and checked
     * @param out where a person reads the numbers
     */
    public EvaluateJob(Recipe recipe, PrintStream out) {
        this.recipe = recipe;
        this.settings = recipe.evaluate();
        this.reference = new EvaluatedPlace("evaluate.reference", settings.reference());
        this.out = out;
    }

    /**
     * Computes the numbers, prints them and writes them to the report.
     *
     * @return the numbers
     * @throws IllegalArgumentException naming the key of what cannot be compared
     */
    public Evaluation run() {
        try (SparkSession spark = SparkSessions.open("evaluate " + recipe.name())) {
            return run(spark);
        }
    }

    /** The same in a session that stays open. */
    Evaluation run(SparkSession spark) {
        Evaluation evaluation;
        try {
            evaluation = evaluation(spark);
        } catch (Exception failure) { // Spark's are checked, and not declared
            throw failure instanceof RuntimeException plain ? plain : StageFailure.told(failure);
        }
        byte[] json = evaluation.toJson().getBytes(StandardCharsets.UTF_8);
        write(settings.report(), stream -> stream.write(json));
        evaluation.lines().forEach(out::println);
        out.printf("written to %s%n", settings.report());
        return evaluation;
    }

    private Evaluation evaluation(SparkSession spark) {
        EvaluatedPlace place = judgedPlace();
        if (place.isStatistics() && reference.isStatistics()) {
            return Evaluation.ofStatistics(place, place.statistics(), reference, reference.statistics());
        }
        FeatureNetwork network = settings.features() == FeatureSource.INCEPTION
                ? InceptionEye.of(settings.inception())
                : ClassifierNetwork.of(recipe);
        Looking looking = new Looking(recipe, network, spark, out);
        try (JudgedSet judged = looking.at(place, crop(place), reconstruction());
                JudgedSet compared = looking.at(reference, true, null)) {
            Evaluation evaluation = Evaluation.of(network, judged, compared, doubts(place, judged, compared, network));
            if (!settings.statistics().isEmpty()) {
                write(settings.statistics(), stream -> StatisticsFile.write(judged.statistics(), stream));
            }
            return evaluation;
        }
    }

    private EvaluatedPlace judgedPlace() {
        if (settings.judged() == JudgedImages.IMAGES) {
            return new EvaluatedPlace("evaluate.images", judgedImages());
        }
        if (reference.isStatistics()) {
            throw new IllegalArgumentException(
                    "evaluate.judged is reconstructions, but evaluate.reference is %s, statistics, of which nothing can be reconstructed; name images"
                            .formatted(reference.address()));
        }
        return reference;
    }

    /** Of a folder of drawings the newest. */
    private String judgedImages() {
        String images = settings.images();
        return images.isEmpty() ? images : new Drawings(images).newest().orElse(images);
    }

    private boolean crop(EvaluatedPlace place) {
        return settings.crop() == Cropping.ALL || place.equals(reference);
    }

    private @Nullable Reconstruction reconstruction() {
        return settings.judged() == JudgedImages.RECONSTRUCTIONS ? Reconstruction.by(recipe.tokenizerFolder()) : null;
    }

    /** What is to be known beside the numbers; refused if the recipe wants no doubts. */
    private Cautions doubts(EvaluatedPlace place, JudgedSet judged, JudgedSet compared, FeatureNetwork network) {
        Cautions cautions = new Cautions();
        cautions.ofSizes(judged, compared, network);
        cautions.ofPlaces(place, reference, isTrainedOn(), settings.judged());
        if (settings.doubts() == Doubts.REFUSE && !cautions.doubts().isEmpty()) {
            throw new IllegalArgumentException(
                    "evaluate.doubts is refuse, and %s".formatted(String.join("; ", cautions.doubts())));
        }
        network.remark().ifPresent(cautions::remark);
        return cautions;
    }

    /** Whether the reference are the very images that the latents were encoded from. */
    private boolean isTrainedOn() {
        if (reference.isStatistics()) {
            return false;
        }
        String trained =
                LatentSource.of(recipe.latents()).map(LatentSource::images).orElse(recipe.images());
        String address =
                LatentSource.of(reference.address()).map(LatentSource::images).orElse(reference.address());
        return !trained.isEmpty()
                && new Path(trained)
                        .toUri()
                        .getPath()
                        .equals(new Path(address).toUri().getPath());
    }

    private static void write(String file, FileStore.Content content) {
        Path path = new Path(file);
        Path parent = path.getParent();
        FileStore.at(parent == null ? "." : parent.toString()).replace(path.getName(), content);
    }
}
