package io.github.marspark.jobs.training;

import io.github.marspark.data.image.LineChart;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.TokenizerFolder;
import io.github.marspark.jobs.checkpoint.CheckpointException;
import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.checkpoint.CheckpointManifest;
import io.github.marspark.jobs.exchange.Address;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.latents.LatentIndex;
import io.github.marspark.jobs.recipe.GradientSharing;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.mar.MarParameters;
import java.awt.image.BufferedImage;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import javax.imageio.ImageIO;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trains the network of a recipe from its encoded images; driver only. */
public final class TrainingJob {
    /** Picture of the loss, next to the checkpoints. */
    public static final String LOSS_CURVE = "loss.png";

    private static final Logger LOG = LoggerFactory.getLogger(TrainingJob.class);
    private static final int FUTILE_ATTEMPTS = 4;

    private final Recipe recipe;
    private final String program;
    private final PrintStream out;
    private final long begin = System.nanoTime();

    /**
     * A training, which is asked for now.
     *
     * @param recipe complete and checked
     * @param program version of the program, for the checkpoints
     * @param out where a person reads how it goes
     */
    public TrainingJob(Recipe recipe, String program, PrintStream out) {
        this.recipe = recipe;
        this.program = program;
        this.out = out;
    }

    /**
     * Trains to the last step, from the last checkpoint if there is one. When executors die, it goes on with those that
     * come instead.
     *
     * @param spark where to
     * @param executors number of executors; empty for all of a cluster, or one on this machine
     * @throws IllegalStateException if the training cannot begin or has ended early
     */
    public void run(JavaSparkContext spark, OptionalInt executors) {
        LatentIndex latents = LatentIndex.of(recipe.latents());
        requireFitting(latents.header());
        CheckpointFolder folder = new CheckpointFolder(recipe.checkpoints());
        folder.requireNothingElse(List.of(MetricsFile.NAME, LOSS_CURVE));
        requireSameTraining(folder);
        if (newestStep(folder) >= recipe.train().steps()) {
            out.printf("%s is trained already, to step %d%n", folder.store().path(), newestStep(folder));
            return;
        }
        Cluster cluster = Cluster.of(spark, executors);
        Slots.of(recipe.train(), 0, cluster.tasks());
        MetricsFile metrics = new MetricsFile(folder.store());
        ProgressBoard board = new ProgressBoard(
                out, metrics, recipe.train().steps(), recipe.train().globalBatch(), begin);
        begin(latents, cluster);
        if (recipe.train().gradientSharing() == GradientSharing.DL4J_SHARED) {
            new SharedTraining(spark, cluster, recipe, latents, board, folder).run();
        } else {
            try (ProgressServer progress = new ProgressServer(board)) {
                untilDone(spark, latents, OptionalInt.of(cluster.tasks()), progress.address(), folder);
            }
        }
        metrics.save();
        drawLosses(metrics, folder.store());
        out.printf(
                "trained to step %d, the first step done after %.1f s; %s%n",
                recipe.train().steps(),
                board.secondsToFirstStep(),
                folder.store().path(LOSS_CURVE));
    }

    private void drawLosses(MetricsFile metrics, FileStore store) {
        List<LineChart.Point> points = metrics.losses().entrySet().stream()
                .map(loss -> new LineChart.Point(loss.getKey(), loss.getValue()))
                .filter(point -> Double.isFinite(point.y()))
                .toList();
        if (!points.isEmpty()) {
            BufferedImage picture = new LineChart("loss of " + recipe.name(), "step", points).draw();
            store.replace(LOSS_CURVE, stream -> ImageIO.write(picture, "png", stream));
        }
    }

    private void begin(LatentIndex latents, Cluster cluster) {
        out.printf(
                "trains %,d parameters on %s (%,d latents of %d × %d × %d) on %d %s of %d %s%n",
                MarParameters.layout(RecipeNetwork.config(recipe)).size(),
                recipe.latents(),
                latents.size(),
                latents.header().channels(),
                latents.header().height(),
                latents.header().width(),
                cluster.tasks(),
                cluster.tasks() == 1 ? "executor" : "executors",
                cluster.cores(),
                cluster.cores() == 1 ? "core" : "cores");
    }

    /** Spark gives up a barrier stage whose task has died; this begins again as long as attempts get further. */
    private void untilDone(
            JavaSparkContext spark,
            LatentIndex latents,
            OptionalInt executors,
            Address progress,
            CheckpointFolder folder) {
        int futile = 0;
        while (true) {
            long before = newestStep(folder);
            Cluster cluster = Cluster.of(spark, executors);
            TrainingPlan plan = new TrainingPlan(
                    recipe, program, latents, cluster.tasks(), cluster.cores(), progress, System.currentTimeMillis());
            try {
                requireDone(TrainingStage.run(spark, cluster, plan));
                return;
            } catch (Exception failure) {
                futile = newestStep(folder) > before ? 0 : futile + 1;
                if (!StageFailure.isLoss(failure) || futile >= FUTILE_ATTEMPTS) {
                    throw StageFailure.told(failure);
                }
                out.printf(
                        "begins again from step %d, because: %s%n", newestStep(folder), StageFailure.sentence(failure));
                StageFailure.pause(futile);
            }
        }
    }

    private static void requireDone(List<String> ends) {
        ends.stream().filter(end -> !end.isEmpty()).findFirst().ifPresent(end -> {
            throw new IllegalStateException(end);
        });
    }

    private static long newestStep(CheckpointFolder folder) {
        return folder.steps().stream().findFirst().orElse(0L);
    }

    // ---- what has to fit together

    private void requireFitting(LatentHeader header) {
        MarConfig config = RecipeNetwork.config(recipe);
        if (header.channels() != config.latentChannels()
                || header.height() != config.latentSize()
                || header.width() != config.latentSize()) {
            throw new IllegalStateException(
                    "%s holds latents of %d × %d × %d, the recipe's network takes %d × %d × %d; encode the images with this recipe"
                            .formatted(
                                    recipe.latents(),
                                    header.channels(),
                                    header.height(),
                                    header.width(),
                                    config.latentChannels(),
                                    config.latentSize(),
                                    config.latentSize()));
        }
        if (header.classNames().size() > config.classes()) {
            throw new IllegalStateException("%s has %d classes, the recipe's data.classes is %d; set data.classes=%2$d"
                    .formatted(recipe.latents(), header.classNames().size(), config.classes()));
        }
        requireTokenizer(header);
    }

    private void requireTokenizer(LatentHeader header) {
        FileStore folder = FileStore.at(recipe.tokenizerFolder());
        if (!folder.exists(Tokenizer.DESCRIPTION)) {
            LOG.warn(
                    "{} is not there, so the latents' tokenizer cannot be compared",
                    folder.path(Tokenizer.DESCRIPTION));
            return;
        }
        TokenizerFolder.open(recipe.tokenizerFolder())
                .identity()
                .differenceFrom(header.tokenizer())
                .ifPresent(difference -> {
                    throw new IllegalStateException(
                            "%s was encoded by another tokenizer than that of %s, which has %s; encode the images again, or name the folder of the right one with tokenizer-folder=…"
                                    .formatted(recipe.latents(), folder.path(), difference));
                });
    }

    /** Refuses to go on from checkpoints of another training. */
    private void requireSameTraining(CheckpointFolder folder) {
        for (long step : folder.steps()) {
            CheckpointManifest manifest;
            try {
                manifest = folder.manifest(step);
            } catch (CheckpointException damaged) {
                continue;
            }
            String path = folder.store().path(CheckpointFolder.name(step)).toString();
            Recipe before = Recipes.parse(manifest.recipe(), path + "'s recipe", Map.of());
            List<String> differences = RecipeDifferences.between(before, recipe);
            if (!differences.isEmpty()) {
                throw new CheckpointException(
                        "%s is of another training: %s; train into another folder with checkpoints=…, or restore these values"
                                .formatted(path, String.join(", ", differences)));
            }
            return;
        }
    }
}
