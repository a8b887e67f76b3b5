package io.github.marspark.jobs.training;

import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.exchange.RunToken;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.latents.HeldOut;
import io.github.marspark.jobs.latents.LatentIndex;
import io.github.marspark.jobs.latents.Slots;
import io.github.marspark.jobs.mesh.MeshTraining;
import io.github.marspark.jobs.progress.Attendance;
import io.github.marspark.jobs.progress.Counters;
import io.github.marspark.jobs.progress.MetricsFile;
import io.github.marspark.jobs.progress.ProgressBoard;
import io.github.marspark.jobs.progress.ProgressClient;
import io.github.marspark.jobs.progress.ProgressServer;
import io.github.marspark.jobs.recipe.GradientSharing;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.jobs.runtime.BarrierStage;
import io.github.marspark.jobs.runtime.Cluster;
import io.github.marspark.jobs.runtime.ExecutorWish;
import io.github.marspark.jobs.runtime.StageFailure;
import io.github.marspark.jobs.runtime.StoppedException;
import io.github.marspark.jobs.sample.PreviewFolder;
import io.github.marspark.model.mar.MarParameters;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/** Trains the network of a recipe from its encoded images; driver only. */
public final class TrainingJob {
    /** Picture of the loss, next to the checkpoints. */
    public static final String LOSS_CURVE = TrainingView.LOSS_CURVE;

    private static final int FUTILE_ATTEMPTS = 4;
    private static final String DRIVER = "driver";

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
     * @param executors how many it is to have
     * @throws IllegalStateException if the training cannot begin or has ended early
     */
    public void run(JavaSparkContext spark, ExecutorWish executors) {
        LatentIndex latents = LatentIndex.of(recipe.latents());
        LatentsCheck.requireFitting(recipe, latents.header()).forEach(out::println);
        Optional<PreviewCheck> previews = PreviewCheck.of(recipe);
        CheckpointFolder folder = new CheckpointFolder(recipe.checkpoints());
        folder.requireNothingElse(List.of(MetricsFile.NAME, LOSS_CURVE, TrainingView.REPORT, PreviewFolder.NAME));
        EarlierTraining earlier = new EarlierTraining(folder);
        earlier.requireSame(recipe);
        if (earlier.isDone(recipe.train().steps())) {
            out.printf(
                    "%s is trained already, to step %d%n", shown(folder.store().path()), earlier.steps());
            return;
        }
        Lease.during(folder.store(), Product.CHECKPOINTS, "train", out, lease -> {
            lease.watchOver(spark.sc());
            return train(spark, executors, latents, folder, previews);
        });
    }

    private long train(
            JavaSparkContext spark,
            ExecutorWish executors,
            LatentIndex latents,
            CheckpointFolder folder,
            Optional<PreviewCheck> previews) {
        new EarlierTraining(folder).requireSame(recipe); // another job may have been there
        Cluster cluster = cluster(spark, executors);
        Slots.of(recipe.train(), 0, cluster.tasks());
        requireWritable(folder);
        Optional<PreviewFolder> shown = previews.map(PreviewCheck::begin);
        train(spark, cluster, executors.again(cluster), latents, folder);
        shown.flatMap(PreviewFolder::sideBySide)
                .ifPresent(picture -> out.printf("previews side by side: %s%n", Storage.shown(picture)));
        return recipe.train().steps();
    }

    private void train(
            JavaSparkContext spark, Cluster cluster, ExecutorWish again, LatentIndex latents, CheckpointFolder folder) {
        MetricsFile metrics = new MetricsFile(folder.store());
        begin(latents, cluster);
        try (TrainingView view = new TrainingView(recipe, folder, metrics, out);
                ProgressBoard board = new ProgressBoard(
                        out,
                        metrics,
                        view,
                        recipe.train().steps(),
                        recipe.train().globalBatch(),
                        begin)) {
            long done = train(spark, cluster, again, latents, board, folder);
            metrics.save();
            view.finish();
            if (done < recipe.train().steps()) {
                throw stopped(folder);
            }
            out.printf(
                    "trained to step %d, the first step done after %.1f s; %s%n",
                    done, board.secondsToFirstStep(), shown(folder.store().path(TrainingView.REPORT)));
        }
    }

    /** Returns the steps that are done: all, or fewer if that was wished. */
    private long train(
            JavaSparkContext spark,
            Cluster cluster,
            ExecutorWish again,
            LatentIndex latents,
            ProgressBoard board,
            CheckpointFolder folder) {
        if (recipe.train().gradientSharing() == GradientSharing.DL4J_SHARED) {
            new MeshTraining(spark, cluster, recipe, latents, board, folder).run();
            return recipe.train().steps();
        }
        return untilDone(spark, latents, again, board, folder);
    }

    private Cluster cluster(JavaSparkContext spark, ExecutorWish executors) {
        return Cluster.of(spark, executors, ranks -> Slots.divides(recipe.train(), ranks), out);
    }

    /** The driver writes metrics next to the checkpoints; that it cannot is to be known before the first step. */
    private static void requireWritable(CheckpointFolder folder) {
        folder.writeProbe(DRIVER, DRIVER);
        folder.removeProbes(DRIVER);
    }

    private void begin(LatentIndex latents, Cluster cluster) {
        int heldOut = HeldOut.of(recipe, latents.size()).count();
        out.printf(
                "trains %,d parameters on %s (%,d latents of %d × %d × %d%s) on %d %s of %d %s%n",
                MarParameters.layout(RecipeNetwork.config(recipe)).size(),
                Storage.shown(recipe.latents()),
                latents.size(),
                latents.header().channels(),
                latents.header().height(),
                latents.header().width(),
                heldOut == 0 ? "" : ", of which %,d are never trained on".formatted(heldOut),
                cluster.tasks(),
                cluster.tasks() == 1 ? "executor" : "executors",
                cluster.cores(),
                cluster.cores() == 1 ? "core" : "cores");
    }

    /** Spark gives up a barrier stage whose task has died; this begins again as long as attempts get further. */
    private long untilDone(
            JavaSparkContext spark,
            LatentIndex latents,
            ExecutorWish executors,
            ProgressBoard board,
            CheckpointFolder folder) {
        try (EarlyEnd end = new EarlyEnd(spark, out)) {
            return untilDone(spark, latents, executors, board, folder, end);
        }
    }

    private long untilDone(
            JavaSparkContext spark,
            LatentIndex latents,
            ExecutorWish executors,
            ProgressBoard board,
            CheckpointFolder folder,
            EarlyEnd end) {
        int futile = 0;
        while (true) {
            long before = newestStep(folder);
            try {
                return attempt(spark, cluster(spark, executors), latents, board, folder, end);
            } catch (Exception failure) {
                if (end.isAsked()) {
                    throw stopped(folder);
                }
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

    /** Each attempt has a token of its own, so that those left over from an earlier one are not listened to. */
    private long attempt(
            JavaSparkContext spark,
            Cluster cluster,
            LatentIndex latents,
            ProgressBoard board,
            CheckpointFolder folder,
            EarlyEnd end) {
        RunToken token = RunToken.random();
        try (ProgressServer progress = new ProgressServer(token, board, Attendance.NOT_KEPT, folder.store())) {
            end.tell(progress);
            TrainingPlan plan = TrainingPlan.of(recipe, program, latents, cluster, progress.address(), token);
            return train(spark, cluster, plan).stream()
                    .mapToLong(Outcome::valueOrThrow)
                    .min()
                    .orElseThrow();
        }
    }

    private StoppedException stopped(CheckpointFolder folder) {
        long step = newestStep(folder);
        return new StoppedException(
                step == 0
                        ? "ended before the first checkpoint; nothing is kept"
                        : "ended with step %d of %d, which %s holds; the same command goes on from there"
                                .formatted(step, recipe.train().steps(), folder.address(step)));
    }

    /** What came of the training on each rank; it is sent as text, which any serializer of Spark's takes. */
    private static List<Outcome<Long>> train(JavaSparkContext spark, Cluster cluster, TrainingPlan plan) {
        Counters counters = Counters.of(spark);
        BarrierStage.Task<String> task =
                context -> List.of(train(context, plan, counters).toJson()).iterator();
        return BarrierStage.of(spark, cluster, plan.ranks(), task, String.class).toJavaRDD().collect().stream()
                .map(json -> Outcome.parse(json, Long.class))
                .toList();
    }

    private static Outcome<Long> train(BarrierTaskContext context, TrainingPlan plan, Counters counters) {
        try (ProgressClient progress = progress(context, plan);
                TrainingRun run = new TrainingRun(context, plan, counters, progress)) {
            return run.run();
        }
    }

    private static @Nullable ProgressClient progress(BarrierTaskContext context, TrainingPlan plan) {
        return context.partitionId() == 0
                ? new ProgressClient(plan.progressAddress(), plan.token(), plan.patience())
                : null;
    }

    private static String shown(Path path) {
        return Storage.shown(path.toString());
    }

    private static long newestStep(CheckpointFolder folder) {
        return folder.steps().stream().findFirst().orElse(0L);
    }
}
