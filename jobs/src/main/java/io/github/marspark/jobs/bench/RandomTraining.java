package io.github.marspark.jobs.bench;

import io.github.marspark.jobs.exchange.SoloExchange;
import io.github.marspark.jobs.latents.GlobalBatch;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.training.RankStep;
import io.github.marspark.jobs.training.StepCost;
import io.github.marspark.model.tensor.Kernels;
import java.util.ArrayList;
import java.util.List;

/** A rank of a training on latents of random numbers: the step that {@code train} does. Not thread-safe. */
final class RandomTraining implements AutoCloseable {
    private final GlobalBatch batch;
    private final RankStep rankStep;
    private final List<StepCost> costs = new ArrayList<>();

    /** A training that has no peers. */
    RandomTraining(Workload workload, RandomLatents latents, Kernels kernels) {
        this(
                workload.recipe(1),
                latents,
                0,
                1,
                kernels,
                (parameters, gradient, source) -> new SoloExchange(parameters.size()));
    }

    /** One rank of a training. */
    RandomTraining(
            Recipe recipe, RandomLatents latents, int rank, int ranks, Kernels kernels, RankStep.Opening opening) {
        this.batch = GlobalBatch.ofRank(recipe, latents.index(), rank, ranks, latents.newLocalFile());
        this.rankStep = new RankStep(recipe, batch, kernels, opening);
    }

    /** Computes with other kernels from now on. */
    void use(Kernels kernels) {
        rankStep.use(kernels);
    }

    /** Does a step of some number, after which any may follow; the fastest is the same. */
    void run(long step) {
        costs.add(rankStep.run(step, step).cost());
    }

    /** What each step so far has cost. */
    List<StepCost> costs() {
        return List.copyOf(costs);
    }

    /** Number of parameters. */
    long parameters() {
        return rankStep.size();
    }

    @Override
    public void close() {
        rankStep.close();
        batch.close();
    }
}
