package io.github.marspark.jobs.training;

import io.github.marspark.jobs.exchange.Exchange;
import io.github.marspark.jobs.exchange.FlatVector;
import io.github.marspark.jobs.exchange.GradientSource;
import io.github.marspark.jobs.exchange.Sharding;
import io.github.marspark.jobs.latents.GlobalBatch;
import io.github.marspark.jobs.latents.Slots;
import io.github.marspark.jobs.recipe.EmaRecipe;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeSchedule;
import io.github.marspark.jobs.recipe.TrainRecipe;
import io.github.marspark.model.optimization.AdamW;
import io.github.marspark.model.optimization.DeviceOptimizer;
import io.github.marspark.model.optimization.ExponentialMovingAverage;
import io.github.marspark.model.optimization.GradientClipping;
import io.github.marspark.model.optimization.LearningRate;
import io.github.marspark.model.optimization.OptimizerStep;
import io.github.marspark.model.tensor.CudaKernels;
import io.github.marspark.model.tensor.CudaVectors;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The training step of a rank: the gradient of its share of the batch, the sum over all ranks, clipping, AdamW and the
 * moving average of its shard of the parameters, and the new parameters of all. Training and benchmarks run this. Not
 * thread-safe.
 */
public final class RankStep implements AutoCloseable {
    private static final double NANOS = 1e9;

    private final TrainRecipe train;
    private final GlobalBatch batch;
    private final Replica replica;
    private final Exchange exchange;
    private final Slots slots;
    private final ShardOptimizer optimizer;
    private final LearningRate rates;
    private final GradientClipping clipping;
    private final ExponentialMovingAverage average;
    private BooleanSupplier lastWish = () -> false;

    /** How a rank's exchange is made. */
    @FunctionalInterface
    public interface Opening {
        /**
         * Makes it.
         *
         * @param parameters of the whole network
         * @param gradient as long
         * @param source of the gradient
         * @return the rank's end, ready
         */
        Exchange open(FlatVector parameters, FlatVector gradient, GradientSource source);
    }

    /**
     * The steps of a rank; its network has the starting values that the recipe's seed gives.
     *
     * @param recipe complete and checked
     * @param batch gives each slot of the rank its image
     * @param kernels that compute
     * @param opening of the exchange
     */
    public RankStep(Recipe recipe, GlobalBatch batch, Kernels kernels, Opening opening) {
        this.train = recipe.train();
        this.batch = batch;
        this.replica = new Replica(recipe, kernels);
        this.exchange = opening.open(replica.parameters(), replica.gradient(), replica::fetchGradient);
        this.slots = Slots.of(train, exchange.rank(), exchange.sharding().ranks());
        this.optimizer = kernels instanceof CudaKernels onGpu ? onGpu(onGpu.vectors()) : onHost(kernels.threads());
        this.rates = RecipeSchedule.of(train);
        this.clipping = new GradientClipping(train.clipNorm());
        this.average = average(train.ema());
    }

    private ShardOptimizer onHost(Threads threads) {
        return new HostShardOptimizer(
                exchange.sharding(),
                exchange.rank(),
                adamW(train),
                replica.layout(),
                replica.parameters(),
                replica.gradient(),
                threads);
    }

    private ShardOptimizer onGpu(CudaVectors vectors) {
        Sharding sharding = exchange.sharding();
        DeviceOptimizer ofShard = new DeviceOptimizer(
                vectors,
                adamW(train),
                replica.layout(),
                replica.resident().residentValues(),
                replica.resident().residentGradients(),
                sharding.from(exchange.rank()),
                sharding.length(exchange.rank()));
        return new DeviceShardOptimizer(
                sharding, exchange.rank(), vectors, ofShard, replica.parameters(), replica.gradient());
    }

    private static AdamW adamW(TrainRecipe train) {
        return new AdamW(train.betas().get(0), train.betas().get(1), AdamW.EPSILON, train.weightDecay());
    }

    private static ExponentialMovingAverage average(EmaRecipe ema) {
        return new ExponentialMovingAverage(ema.rate(), ema.schedule());
    }

    Replica replica() {
        return replica;
    }

    Exchange exchange() {
        return exchange;
    }

    Slots slots() {
        return slots;
    }

    GlobalBatch batch() {
        return batch;
    }

    ShardOptimizer optimizer() {
        return optimizer;
    }

    /** All parameters, as they are. */
    FlatVector parameters() {
        optimizer.showParameters();
        return replica.parameters();
    }

    /**
     * Heeds a wish to end, of which all ranks learn with the losses of a step.
     *
     * @param wish whether this rank wants the present step to be the last
     */
    void heed(BooleanSupplier wish) {
        lastWish = wish;
    }

    /**
     * Computes with other kernels from now on.
     *
     * @param kernels in place of the first ones
     */
    public void use(Kernels kernels) {
        replica.use(kernels);
    }

    /**
     * The number of parameters.
     *
     * @return P
     */
    public long size() {
        return replica.parameters().size();
    }

    /** Begins a training: all ranks have the starting values of rank 0, and the moving average is a copy of them. */
    public void begin() {
        exchange.broadcast();
        optimizer.startAverage();
    }

    /**
     * Lets all ranks have the moving average where the parameters are, while something is done with it. Called by all ranks,
     * between two steps; afterwards the parameters are what they were, bit for bit.
     *
     * @param done number of steps
     * @param work is given the average of all parameters
     * @return what it returns
     */
    <T> T onAverage(long done, Function<INDArray, T> work) {
        spreadAverage(done, "moving average");
        T result = work.apply(replica.values());
        spreadAverage(done, "return of the parameters");
        return result;
    }

    private void spreadAverage(long done, String phase) {
        exchange.spread(done, phase, optimizer::swapAverage);
        optimizer.received();
    }

    /**
     * Does a step, after which the next comes.
     *
     * @param step its number, from 0, the same on all ranks
     * @return what it came to
     */
    StepResult run(long step) {
        return run(step, step + 1);
    }

    /**
     * Does a step.
     *
     * @param step its number, from 0, the same on all ranks
     * @param next number of the step that comes after it, if one does
     * @return what it came to
     */
    public StepResult run(long step, long next) {
        StepClock clock = new StepClock(exchange);
        double loss = replica.differentiate(batch, step, next, slots);
        clock.computed();
        exchange.reduceScatter(step, optimizer::measure);
        clock.reduced();
        List<double[]> all = exchange.gather(
                step,
                "loss and gradient norm",
                loss,
                optimizer.sumOfSquares(),
                lastWish.getAsBoolean() ? 1.0 : 0.0,
                (double) clock.computing());
        double parts = (double) exchange.sharding().ranks() * slots.parts();
        double norm = Math.sqrt(all.stream().mapToDouble(values -> values[1]).sum()) / parts;
        double mean = all.stream().mapToDouble(values -> values[0]).sum() / all.size();
        if (Double.isFinite(norm) && Double.isFinite(mean)) {
            update(move(step, clipping.coefficient(norm) / parts), clock);
        } else {
            exchange.allGather(step, chunk -> {});
        }
        return new StepResult(
                step + 1,
                mean,
                rates.at(step),
                Double.isFinite(mean) ? norm : Double.NaN,
                all.stream().anyMatch(values -> values[2] == 1),
                all.stream().map(values -> slots.count() * NANOS / values[3]).toList(),
                clock.stop());
    }

    private OptimizerStep move(long step, double gradientScale) {
        return new OptimizerStep(step, rates.at(step), gradientScale, average.at(step));
    }

    private void update(OptimizerStep move, StepClock clock) {
        exchange.allGather(move.number(), chunk -> clock.update(() -> optimizer.update(chunk, move)));
        clock.update(optimizer::received);
    }

    @Override
    public void close() {
        exchange.close();
    }
}
