package io.github.marspark.jobs.training;

import io.github.marspark.jobs.Device;
import io.github.marspark.jobs.checkpoint.CheckpointException;
import io.github.marspark.jobs.exchange.Address;
import io.github.marspark.jobs.exchange.Exchange;
import io.github.marspark.jobs.exchange.FlatVector;
import io.github.marspark.jobs.exchange.NetworkExchange;
import io.github.marspark.jobs.exchange.SoloExchange;
import io.github.marspark.jobs.exchange.SparkNetwork;
import io.github.marspark.jobs.exchange.Traffic;
import io.github.marspark.jobs.recipe.EmaRecipe;
import io.github.marspark.jobs.recipe.NonFinite;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.TrainRecipe;
import io.github.marspark.model.optimization.AdamW;
import io.github.marspark.model.optimization.ExponentialMovingAverage;
import io.github.marspark.model.optimization.GradientClipping;
import io.github.marspark.model.optimization.LearningRate;
import io.github.marspark.model.optimization.OptimizerStep;
import io.github.marspark.model.tensor.Threads;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.apache.spark.BarrierTaskContext;
import org.jspecify.annotations.Nullable;

/** One rank's part of a training, from the last checkpoint to the end; runs in a barrier task. Not thread-safe. */
final class TrainingRun implements AutoCloseable {
    private static final int MOST_NAMES = 8;

    private final BarrierTaskContext context;
    private final TrainingPlan plan;
    private final Counters counters;
    private final Recipe recipe;
    private final TrainRecipe train;
    private final int rank;
    private final Device device;
    private final GlobalBatch batch;
    private final Slots slots;
    private final Replica replica;
    private final FlatVector parameters;
    private final Exchange exchange;
    private final ShardOptimizer optimizer;
    private final RankCheckpoints checkpoints;
    private final @Nullable ProgressClient progress;
    private final LearningRate rates;
    private final GradientClipping clipping;
    private final ExponentialMovingAverage average;

    TrainingRun(BarrierTaskContext context, TrainingPlan plan, Counters counters) {
        this.context = context;
        this.counters = counters;
        this.plan = plan;
        this.recipe = plan.recipe();
        this.train = recipe.train();
        this.rank = context.partitionId();
        this.device = Device.useAssigned();
        this.progress = rank == 0 ? new ProgressClient(plan.driver()) : null;
        this.slots = Slots.of(train, rank, plan.ranks());
        this.batch = GlobalBatch.ofRank(recipe, plan.latents(), rank, plan.ranks());
        Threads threads = new Threads(plan.threads());
        this.replica = new Replica(recipe, threads);
        this.parameters = replica.parameters();
        this.exchange = exchange(threads);
        this.optimizer = new ShardOptimizer(
                exchange.sharding(), rank, adamW(), replica.layout(), parameters, replica.gradient(), threads);
        this.checkpoints =
                new RankCheckpoints(rank, plan, exchange, optimizer, replica.layout(), this::say, this::saved);
        this.rates = RecipeSchedule.of(train);
        this.clipping = new GradientClipping(train.clipNorm());
        this.average = average(train.ema());
    }

    private AdamW adamW() {
        return new AdamW(train.betas().get(0), train.betas().get(1), AdamW.EPSILON, train.weightDecay());
    }

    private static ExponentialMovingAverage average(EmaRecipe ema) {
        return new ExponentialMovingAverage(ema.rate(), ema.schedule());
    }

    private Exchange exchange(Threads threads) {
        if (plan.ranks() == 1) {
            return new SoloExchange(parameters.size());
        }
        Duration patience = Duration.ofSeconds(train.peerTimeoutSeconds());
        NetworkExchange network = new NetworkExchange(
                new NetworkExchange.Member(
                        rank,
                        plan.ranks(),
                        plan.run(),
                        parameters,
                        replica.gradient(),
                        threads,
                        patience,
                        context::killTaskIfInterrupted),
                SparkNetwork.hostOfThisProcess(),
                handler -> SparkNetwork.ofThisProcess(patience, handler));
        String[] addresses = context.allGather(network.address().toString());
        network.connect(Arrays.stream(addresses).map(Address::parse).toList());
        return network;
    }

    // ---- the way from step to step

    /**
     * Trains to the last step.
     *
     * @return empty, or the sentence with which the training has ended before
     */
    String run() {
        tellDevices();
        long start;
        try {
            start = checkpoints.restore();
        } catch (CheckpointException sameOnAllRanks) {
            return String.valueOf(sameOnAllRanks.getMessage());
        }
        requireEqualParameters(start);
        long before = checksum();
        boolean moves = false;
        for (long step = start; step < train.steps(); step++) {
            context.killTaskIfInterrupted();
            StepReport report = step(step);
            moves |= report.learningRate() > 0 && report.gradientNorm() > 0;
            String end = afterStep(step, report);
            if (!end.isEmpty()) {
                return end;
            }
        }
        exchange.gather(train.steps(), "end");
        return moves && before == checksum()
                ? "the parameters are the same as before the first step: nothing was trained"
                : "";
    }

    private void tellDevices() {
        String own =
                "rank %d on %s computes on %s".formatted(rank, SparkNetwork.hostOfThisProcess(), device.description());
        exchange.gatherText(0, "name of the device", own).forEach(this::say);
    }

    private String afterStep(long step, StepReport report) {
        long done = step + 1;
        if (!Double.isFinite(report.gradientNorm())) {
            String sentence = describe(step, report);
            say(sentence);
            if (train.nonFinite() == NonFinite.STOP) {
                return sentence;
            }
        }
        counters.add(slots.count(), report);
        if (progress != null) {
            progress.report(report);
        }
        return checkpoints.isDue(done) ? checkpoints.save(done) : "";
    }

    /** One step of training. */
    private StepReport step(long step) {
        long begin = System.nanoTime();
        Traffic before = exchange.traffic();
        double loss = replica.differentiate(batch, step, slots);
        long computed = System.nanoTime() - begin;
        exchange.reduceScatter(step, optimizer::measure);
        List<double[]> all = exchange.gather(step, "loss and gradient norm", loss, optimizer.sumOfSquares());
        double parts = (double) plan.ranks() * slots.parts();
        double norm = Math.sqrt(all.stream().mapToDouble(values -> values[1]).sum()) / parts;
        double mean = all.stream().mapToDouble(values -> values[0]).sum() / plan.ranks();
        double rate = rates.at(step);
        long updating = update(step, rate, norm, parts, mean);
        Traffic traffic = exchange.traffic().since(before);
        double nanos = System.nanoTime() - begin;
        double computing = (computed + updating) / nanos;
        double waiting = traffic.waitingNanos() / nanos;
        return new StepReport(
                step + 1,
                batch.epoch(step + 1),
                mean,
                rate,
                Double.isFinite(mean) ? norm : Double.NaN,
                train.globalBatch() * TimeUnit.SECONDS.toNanos(1) / nanos,
                computing,
                waiting,
                Math.max(0, 1 - computing - waiting),
                traffic.bytesSent());
    }

    /** Moves the parameters, unless something is not finite; returns how long the arithmetic took. */
    private long update(long step, double rate, double norm, double parts, double loss) {
        if (!Double.isFinite(norm) || !Double.isFinite(loss)) {
            exchange.allGather(step, chunk -> {});
            return 0;
        }
        OptimizerStep move = new OptimizerStep(step, rate, clipping.coefficient(norm) / parts, average.at(step));
        long[] nanos = {0};
        exchange.allGather(step, chunk -> {
            long begin = System.nanoTime();
            optimizer.update(chunk, move);
            nanos[0] += System.nanoTime() - begin;
        });
        return nanos[0];
    }

    /** Computes the step again to find out whose gradient is not finite. */
    private String describe(long step, StepReport report) {
        double loss = replica.differentiate(batch, step, slots);
        boolean finite = Double.isFinite(loss) && isFinite(replica.gradient());
        List<String> names = exchange.gatherText(step, "finiteness", finite ? "" : names(step));
        List<String> culprits = new ArrayList<>();
        for (int other = 0; other < names.size(); other++) {
            if (!names.get(other).isEmpty()) {
                culprits.add("rank %d, whose images were %s".formatted(other, names.get(other)));
            }
        }
        return "step %d: loss %s and gradient are not finite on %s; %s"
                .formatted(
                        report.step(),
                        report.loss(),
                        culprits.isEmpty() ? "no rank by itself, but in their sum" : String.join("; ", culprits),
                        train.nonFinite() == NonFinite.STOP
                                ? "the last checkpoint is as it was; a lower train.learning-rate may help"
                                : "the step is skipped");
    }

    private String names(long step) {
        List<String> names = batch.ids(step, slots.first(), slots.end());
        return String.join(", ", names.subList(0, Math.min(MOST_NAMES, names.size())))
                + (names.size() > MOST_NAMES ? " and %d more".formatted(names.size() - MOST_NAMES) : "");
    }

    private static boolean isFinite(FlatVector vector) {
        double squares = 0;
        for (long at = 0; at < vector.size(); at += 1 << 20) {
            int length = (int) Math.min(1 << 20, vector.size() - at);
            squares += GradientClipping.sumOfSquares(vector.part(at, length), 0, length);
        }
        return Double.isFinite(squares);
    }

    private void say(String sentence) {
        if (progress != null) {
            progress.say(sentence);
        }
    }

    private void saved(String checkpoint) {
        if (progress != null) {
            progress.saved(checkpoint);
        }
    }

    // ---- the same everywhere

    private void requireEqualParameters(long step) {
        double own = checksum();
        List<double[]> all = exchange.gather(step, "checksum of the parameters", own);
        for (int other = 0; other < all.size(); other++) {
            if (all.get(other)[0] != own) {
                throw new IllegalStateException(
                        "ranks %d and %d begin with different parameters; do their executors run the same program on the same kind of processor?"
                                .formatted(rank, other));
            }
        }
    }

    private long checksum() {
        CRC32 sum = new CRC32();
        byte[] bytes = new byte[1 << 16];
        for (long at = 0; at < parameters.size(); at += bytes.length / Float.BYTES) {
            int length = (int) Math.min(bytes.length / Float.BYTES, parameters.size() - at);
            FloatBuffer part = parameters.part(at, length);
            ByteBuffer.wrap(bytes).asFloatBuffer().put(part);
            sum.update(bytes, 0, length * Float.BYTES);
        }
        return sum.getValue();
    }

    @Override
    public void close() {
        batch.close();
        exchange.close();
        if (progress != null) {
            progress.close();
        }
    }
}
