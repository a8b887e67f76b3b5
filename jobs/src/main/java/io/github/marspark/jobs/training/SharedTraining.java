package io.github.marspark.jobs.training;

import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.checkpoint.WholeCheckpoint;
import io.github.marspark.jobs.latents.LatentIndex;
import io.github.marspark.jobs.recipe.CheckpointRecipe;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.recipe.TrainRecipe;
import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.dl4j.MarLayer;
import io.github.marspark.model.dl4j.ScheduledRate;
import io.github.marspark.model.mar.MarParameters;
import io.github.marspark.model.optimization.AdamW;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.parameterserver.distributed.v2.ModelParameterServer;

/**
 * Trains by DL4J's gradient sharing: every executor has its own optimiser and sends the larger changes of its parameters to
 * all others, without waiting for them. The driver's copy of the parameters, which all changes reach, is what is saved.
 * Driver only.
 */
final class SharedTraining {
    private static final long POLL_MILLIS = 200;
    private static final long QUIET_MILLIS = 1000;
    private static final long END_SECONDS = 30;
    private static final String GROUP = "dl4j-shared";

    private final JavaSparkContext spark;
    private final Cluster cluster;
    private final Recipe recipe;
    private final LatentIndex latents;
    private final TrainRecipe train;
    private final ProgressBoard board;
    private final CheckpointFolder folder;
    private final MeshWatch watch;
    private long savedStep;
    private long savedNanos = System.nanoTime();

    SharedTraining(
            JavaSparkContext spark,
            Cluster cluster,
            Recipe recipe,
            LatentIndex latents,
            ProgressBoard board,
            CheckpointFolder folder) {
        this.spark = spark;
        this.cluster = cluster;
        this.recipe = recipe;
        this.latents = latents;
        this.train = recipe.train();
        this.board = board;
        this.folder = folder;
        this.watch = new MeshWatch(train);
    }

    /**
     * Trains to the last step, from the last checkpoint if there is one.
     *
     * @throws IllegalStateException if an executor cannot take part, is lost or has sent nothing, or nothing was trained
     */
    void run() {
        int share = requireShare();
        board.say(
                "dl4j-shared: the losses are those of one executor; no moving average is kept, a checkpoint's average is its parameters, and its moments are zeros");
        try (ProgressServer progress = new ProgressServer(board, watch)) {
            CheckpointReader last = folder.steps().isEmpty() ? null : CheckpointReader.latest(recipe.checkpoints());
            savedStep = last == null ? 0 : last.step();
            SharedPlan plan = new SharedPlan(
                    Recipes.render(recipe),
                    latents,
                    cluster.tasks(),
                    cluster.cores(),
                    savedStep,
                    MeshAddress.ofDriver(train.dl4jShared()),
                    progress.address().toString());
            List<MeshMember> members = MeshCheck.members(spark, cluster, plan);
            SharedMaster master = new SharedMaster(train.dl4jShared(), share, plan.meshDriver(), watch);
            master.setListeners(List.of(new SharedListener(plan, members.get(0).executor())));
            SparkComputationGraph graph = new SparkComputationGraph(spark, configuration(savedStep), master);
            if (last != null) {
                DataCheck.requireSame(last, latents);
                graph.getNetwork().setParams(last.parameters().reshape(1, -1));
                board.say("goes on from %s, with an optimiser that has forgotten"
                        .formatted(folder.store().path(CheckpointFolder.name(savedStep))));
            }
            train(graph, master, plan, members);
        } finally {
            ModelParameterServer.getInstance().shutdown();
        }
    }

    private int requireShare() {
        if (cluster.isLocal() && cluster.tasks() > 1) {
            throw new IllegalStateException(
                    "dl4j-shared has one executor a process, and master %s is one process; set executors=1, or give a cluster by --master"
                            .formatted(spark.master()));
        }
        int share = train.globalBatch() / cluster.tasks();
        if (share > train.largestBatch()) {
            throw new IllegalStateException(
                    "an executor's share of train.global-batch is %d images, more than train.largest-batch, which is %d, and dl4j-shared accumulates no gradients; set one of the two, or more executors"
                            .formatted(share, train.largestBatch()));
        }
        return share;
    }

    private ComputationGraphConfiguration configuration(long firstStep) {
        Adam adam = Adam.builder()
                .learningRateSchedule(new ScheduledRate(RecipeSchedule.of(train), firstStep))
                .beta1(train.betas().get(0))
                .beta2(train.betas().get(1))
                .epsilon(AdamW.EPSILON)
                .build();
        return new MarLayer(
                        RecipeNetwork.config(recipe),
                        RecipeNetwork.noise(recipe),
                        GaussianDiffusion.TRAINING_STEPS,
                        recipe.seed())
                .graph(adam, train.weightDecay(), train.clipNorm());
    }

    // ---- the training and who watches it

    private void train(SparkComputationGraph graph, SharedMaster master, SharedPlan plan, List<MeshMember> members) {
        INDArray before = graph.getNetwork().params().dup();
        TrainingStage.Task<MultiDataSet> batches = context -> new SharedBatches(context, plan);
        JavaRDD<MultiDataSet> shares = TrainingStage.barrier(
                        spark, cluster, cluster.tasks(), batches, MultiDataSet.class)
                .toJavaRDD();
        watch.begin(members, plan.firstStep());
        CompletableFuture<Void> fit = CompletableFuture.runAsync(() -> {
            spark.setJobGroup(GROUP, "training by DL4J's gradient sharing", true);
            graph.fitMultiDataSet(shares);
        });
        await(fit, master);
        awaitLastChanges();
        if (!cluster.isLocal()) {
            watch.requireAllTookPart();
        }
        requireMoved(before, master.parameters());
        save(master, train.steps());
    }

    private void await(CompletableFuture<Void> fit, SharedMaster master) {
        try {
            while (!isDone(fit)) {
                watch.requireAlive();
                long step = board.lastStep();
                if (isDue(step)) {
                    save(master, step);
                }
            }
        } catch (RuntimeException failure) {
            spark.sc().cancelJobGroup(GROUP);
            settle(fit);
            if (!watch.failure().isEmpty()) {
                throw new IllegalStateException(watch.failure(), failure);
            }
            throw StageFailure.told(failure);
        }
    }

    private static boolean isDone(CompletableFuture<Void> fit) {
        try {
            fit.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException notYet) {
            return false;
        } catch (ExecutionException e) {
            throw StageFailure.told(e.getCause() instanceof Exception cause ? cause : e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while training", e);
        }
    }

    /** Gives cancelled tasks the time to end. */
    private static void settle(CompletableFuture<Void> fit) {
        try {
            fit.get(END_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException cancelled) {
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Changes are still under way when the executors have ended. */
    private void awaitLastChanges() {
        long begin = System.nanoTime();
        while (watch.millisSinceUpdate() < QUIET_MILLIS
                && System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(END_SECONDS)) {
            try {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for the last changes", e);
            }
        }
    }

    private static void requireMoved(INDArray before, INDArray after) {
        double distance = before.reshape(before.length()).distance2(after.reshape(after.length()));
        if (!(distance > 0) || Double.isInfinite(distance)) {
            throw new IllegalStateException(
                    distance == 0
                            ? "the parameters are the same as before the first step: nothing was trained"
                            : "the parameters are not finite any more; the last checkpoint is as it was; a lower train.learning-rate may help");
        }
    }

    // ---- checkpoints

    private boolean isDue(long step) {
        CheckpointRecipe when = train.checkpoint();
        if (step <= savedStep || step >= train.steps()) {
            return false;
        }
        double minutes = (System.nanoTime() - savedNanos) / (double) TimeUnit.MINUTES.toNanos(1);
        return (when.everySteps() > 0 && step / when.everySteps() > savedStep / when.everySteps())
                || (when.everyMinutes() > 0 && minutes >= when.everyMinutes());
    }

    private void save(SharedMaster master, long step) {
        INDArray parameters = master.parameters();
        if (!Double.isFinite(parameters.sumNumber().doubleValue())) {
            throw new IllegalStateException(
                    "step %d: the parameters are not finite; the last checkpoint is as it was; a lower train.learning-rate may help"
                            .formatted(step));
        }
        String address = new WholeCheckpoint(
                        recipe, MarParameters.layout(RecipeNetwork.config(recipe)), DataCheck.data(latents))
                .write(folder, step, parameters, parameters);
        folder.prune(train.checkpoint().keep(), train.checkpoint().keepEverySteps());
        savedStep = step;
        savedNanos = System.nanoTime();
        board.saved(address);
    }
}
