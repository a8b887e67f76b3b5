package io.github.marspark.jobs.training;

import io.github.marspark.jobs.checkpoint.CheckpointException;
import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.exchange.Address;
import io.github.marspark.jobs.exchange.Exchange;
import io.github.marspark.jobs.exchange.FlatVector;
import io.github.marspark.jobs.exchange.GradientSource;
import io.github.marspark.jobs.exchange.NetworkExchange;
import io.github.marspark.jobs.exchange.SoloExchange;
import io.github.marspark.jobs.exchange.SparkNetwork;
import io.github.marspark.jobs.latents.GlobalBatch;
import io.github.marspark.jobs.latents.Slots;
import io.github.marspark.jobs.progress.Counters;
import io.github.marspark.jobs.progress.FilesSeen;
import io.github.marspark.jobs.progress.ProgressClient;
import io.github.marspark.jobs.progress.StepReport;
import io.github.marspark.jobs.recipe.NonFinite;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.jobs.recipe.TrainRecipe;
import io.github.marspark.jobs.runtime.Device;
import io.github.marspark.model.mar.StepMemory;
import io.github.marspark.model.tensor.CudaKernels;
import io.github.marspark.model.tensor.Threads;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/** One rank's part of a training, from the last checkpoint to the end; runs in a barrier task. Not thread-safe. */
final class TrainingRun implements AutoCloseable {
    private final BarrierTaskContext context;
    private final TrainingPlan plan;
    private final Counters counters;
    private final TrainRecipe train;
    private final Device device;
    private final @Nullable ProgressClient progress;
    private final GlobalBatch batch;
    private final RankStep rankStep;
    private final CheckpointFolder folder;
    private final RankCheckpoints checkpoints;
    private final Validation validation;
    private final Previews previews;

    /**
     * A rank's part.
     *
     * @param context of the task
     * @param plan of the attempt
     * @param counters for Spark's web page
     * @param progress the way to the driver, of rank 0, which speaks for all
     */
    TrainingRun(BarrierTaskContext context, TrainingPlan plan, Counters counters, @Nullable ProgressClient progress) {
        this.context = context;
        this.counters = counters;
        this.plan = plan;
        this.progress = progress;
        Recipe recipe = plan.recipe();
        this.train = recipe.train();
        Threads threads = new Threads(plan.threads());
        this.device = Device.choose(threads, train.precision());
        this.batch = GlobalBatch.ofRank(recipe, plan.latents(), context.partitionId(), plan.ranks());
        context.addTaskCompletionListener((TaskCompletionListener) ended -> batch.close());
        Slots slots = Slots.of(train, context.partitionId(), plan.ranks());
        requireMemory(recipe, slots);
        this.rankStep = new RankStep(
                recipe,
                batch,
                device.kernels(),
                (parameters, gradient, source) -> exchange(parameters, gradient, source, threads));
        rankStep.heed(() -> progress != null && progress.isAskedToStop());
        this.folder = new CheckpointFolder(recipe.checkpoints());
        this.validation = new Validation(recipe, rankStep);
        this.previews = new Previews(recipe, rankStep, this::say);
        this.checkpoints = new RankCheckpoints(plan, folder, rankStep, this::askDriver);
    }

    /** Refuses a step that does not fit; takes what it computes with on a GPU. */
    private void requireMemory(Recipe recipe, Slots slots) {
        MemoryCheck memory = MemoryCheck.of(recipe, slots, plan.ranks());
        if (device.kernels() instanceof CudaKernels onGpu) {
            StepMemory step =
                    StepMemory.ofGpu(RecipeNetwork.config(recipe), slots.count() / slots.parts(), train.recompute());
            memory.besideGpu(step.parameters()).require();
            MemoryCheck.requireOnGpu(
                    step, plan.ranks(), onGpu.gpu().toString(), onGpu.gpu().memory()[0]);
            onGpu.reserve(step.activations());
        } else {
            memory.require();
        }
    }

    private Exchange exchange(FlatVector parameters, FlatVector gradient, GradientSource source, Threads threads) {
        if (plan.ranks() == 1) {
            return new SoloExchange(parameters.size());
        }
        Duration patience = plan.patience();
        NetworkExchange network = new NetworkExchange(
                new NetworkExchange.Member(
                        context.partitionId(),
                        plan.ranks(),
                        plan.token(),
                        parameters,
                        gradient,
                        source,
                        threads,
                        patience,
                        context::killTaskIfInterrupted),
                SparkNetwork.hostOfThisProcess(),
                handler -> SparkNetwork.ofThisProcess(patience, handler));
        try {
            String[] addresses = context.allGather(network.address().toString());
            network.connect(Arrays.stream(addresses).map(Address::parse).toList());
            return network;
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    /**
     * Trains to the last step.
     *
     * @return the number of steps done, fewer than all if the driver wished so, or the sentence with which the training
     *     has ended before
     */
    Outcome<Long> run() {
        tellDevices();
        Outcome<Long> probe = new FolderProbe(
                        folder, plan.attempt(), rankStep.exchange(), SparkNetwork.hostOfThisProcess())
                .run(this::askDriver);
        Outcome<Long> ready = probe.failure().isPresent() ? probe : previews.begin();
        if (ready.failure().isPresent()) {
            return ready;
        }
        try {
            return run(begin());
        } catch (CheckpointException sameOnAllRanks) {
            return new Outcome.Failed<>(String.valueOf(sameOnAllRanks.getMessage()));
        }
    }

    private void tellDevices() {
        String own = "rank %d on %s computes on %s"
                .formatted(context.partitionId(), SparkNetwork.hostOfThisProcess(), device.description());
        rankStep.exchange().gatherText(0, "name of the device", own).forEach(this::say);
    }

    /** Goes to the last checkpoint, or to the beginning; returns the steps done. */
    private long begin() {
        if (context.partitionId() == 0) {
            folder.removeUnfinished(plan.attempt());
        }
        Optional<CheckpointReader> last = new Resumption(folder, rankStep.exchange(), this::say).find(plan);
        if (last.isEmpty()) {
            rankStep.begin();
            return 0;
        }
        rankStep.optimizer().restore(last.get());
        return last.get().step();
    }

    private Outcome<Long> run(long start) {
        ParameterCheck parameters = new ParameterCheck(rankStep.exchange(), rankStep::parameters, start);
        boolean moves = false;
        for (long step = start; step < train.steps(); step++) {
            context.killTaskIfInterrupted();
            StepResult result = rankStep.run(step);
            moves |= result.learningRate() > 0 && result.gradientNorm() > 0;
            Outcome<Long> end = afterStep(step, result);
            if (end.failure().isPresent() || result.isLast()) {
                return end;
            }
        }
        rankStep.exchange().gather(train.steps(), "end");
        return moves && parameters.haveStayed()
                ? new Outcome.Failed<>("the parameters are the same as before the first step: nothing was trained")
                : new Outcome.Done<>(train.steps());
    }

    private Outcome<Long> afterStep(long step, StepResult result) {
        if (!result.isFinite()) {
            String sentence = new Culprits(rankStep, train.nonFinite()).describe(step, result);
            say(sentence);
            if (train.nonFinite() == NonFinite.STOP) {
                return new Outcome.Failed<>(sentence);
            }
        }
        StepReport report =
                result.report(batch.epoch(result.step()), train.globalBatch()).with(validation.after(result.step()));
        counters.add(rankStep.slots().count(), report);
        if (progress != null) {
            progress.report(report);
        }
        if (result.isLast()) {
            return save(result.step());
        }
        previews.after(result.step()); // before a checkpoint, behind which nobody would draw it again
        return checkpoints.isDue(result.step()) ? save(result.step()) : new Outcome.Done<>(result.step());
    }

    private Outcome<Long> save(long done) {
        Outcome<String> saved = checkpoints.save(done);
        if (progress != null && saved instanceof Outcome.Done<String> checkpoint) {
            progress.saved(checkpoint.value());
        }
        return saved.failure().<Outcome<Long>>map(Outcome.Failed::instead).orElseGet(() -> new Outcome.Done<>(done));
    }

    // ---- the driver

    private Map<String, String> askDriver(FilesSeen files) {
        return Optional.ofNullable(progress).orElseThrow().ask(files);
    }

    private void say(String sentence) {
        if (progress != null) {
            progress.say(sentence);
        }
    }

    @Override
    public void close() {
        rankStep.close();
    }
}
