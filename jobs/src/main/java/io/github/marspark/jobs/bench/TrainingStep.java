package io.github.marspark.jobs.bench;

import io.github.marspark.jobs.exchange.Exchange;
import io.github.marspark.jobs.exchange.FlatVector;
import io.github.marspark.jobs.exchange.SoloExchange;
import io.github.marspark.jobs.training.ShardOptimizer;
import io.github.marspark.model.diffusion.DiffusionLoss;
import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.NoiseSchedule;
import io.github.marspark.model.mar.DropoutKeys;
import io.github.marspark.model.mar.MarBatch;
import io.github.marspark.model.mar.MarNetwork;
import io.github.marspark.model.mar.MarObjective;
import io.github.marspark.model.mar.MarParameters;
import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.optimization.AdamW;
import io.github.marspark.model.optimization.GradientClipping;
import io.github.marspark.model.optimization.OptimizerStep;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.util.Arrays;
import java.util.stream.LongStream;

/** A training of one workload on random latents: everything that one process does in a step. Not thread-safe. */
final class TrainingStep {
    private static final double AVERAGE_RATE = 0.9999;
    private static final double LEARNING_RATE = 1e-4;

    private final Workload workload;
    private final Draws draws = new Draws(1);
    private final long[] samples;
    private final float[] tokens;
    private final Parameters parameters;
    private final MarObjective objective;
    private final Exchange exchange;
    private final ShardOptimizer optimizer;
    private final GradientClipping clipping = new GradientClipping(3.0);
    private final StepSplit split = new StepSplit();
    private long step;

    /** How a replica's exchange is made. */
    @FunctionalInterface
    interface Opening {
        Exchange open(FlatVector parameters, FlatVector gradient);
    }

    /** A training that has no peers. */
    TrainingStep(Workload workload, Threads threads) {
        this(workload, threads, (parameters, gradient) -> new SoloExchange(parameters.size()));
    }

    /** One rank of a training; the ranks differ in nothing but their rank. */
    TrainingStep(Workload workload, Threads threads, Opening opening) {
        this.workload = workload;
        this.samples = LongStream.range(0, workload.batch()).toArray();
        int length = workload.batch()
                * workload.config().tokens()
                * workload.config().tokenSize();
        this.tokens = draws.noise(0, 0, length);
        this.parameters = Parameters.zeros(MarParameters.layout(workload.config()));
        parameters.initialize(draws);
        this.objective = new MarObjective(
                new MarNetwork(workload.config(), parameters::variable),
                new DiffusionLoss(GaussianDiffusion.of(NoiseSchedule.COSINE, GaussianDiffusion.TRAINING_STEPS)));
        FlatVector values = FlatVector.of(parameters.values());
        FlatVector gradients = FlatVector.of(parameters.gradients());
        this.exchange = opening.open(values, gradients);
        this.optimizer = new ShardOptimizer(
                exchange.sharding(), exchange.rank(), AdamW.PAPER, parameters.layout(), values, gradients, threads);
    }

    /** Draws masks, times and noise, goes forward and back, clips, and moves parameters and their average. */
    void run(Kernels kernels) {
        split.begin(exchange.traffic());
        differentiate(kernels);
        split.computed();
        exchange.reduceScatter(step, optimizer::measure);
        split.reduced(exchange.traffic());
        double squares = exchange.gather(step, "gradient norm", optimizer.sumOfSquares()).stream()
                .mapToDouble(values -> values[0])
                .sum();
        int ranks = exchange.sharding().ranks();
        double scale = clipping.coefficient(Math.sqrt(squares) / ranks) / ranks;
        OptimizerStep move = new OptimizerStep(step, LEARNING_RATE, scale, AVERAGE_RATE);
        exchange.allGather(step, chunk -> split.update(() -> optimizer.update(chunk, move)));
        split.done(exchange.traffic());
        step++;
    }

    /** What the steps so far have cost. */
    StepSplit split() {
        return split;
    }

    /** Number of parameters. */
    long parameters() {
        return parameters.layout().size();
    }

    private void differentiate(Kernels kernels) {
        int[] labels = new int[workload.batch()];
        Arrays.setAll(labels, i -> i % workload.config().classes());
        int masked = Masking.count(workload.config().tokens(), workload.maskRate());
        MarBatch batch = MarBatch.draw(
                workload.config(),
                draws,
                GaussianDiffusion.TRAINING_STEPS,
                step,
                samples,
                labels,
                tokens,
                masked,
                kernels.threads());
        parameters.forgetGradients();
        objective.differentiate(kernels, batch, DropoutKeys.of(draws, step, samples));
        parameters.zeroMissingGradients(kernels);
    }
}
