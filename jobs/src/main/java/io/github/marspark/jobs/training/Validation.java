package io.github.marspark.jobs.training;

import io.github.marspark.jobs.exchange.Exchange;
import io.github.marspark.jobs.latents.GlobalBatch;
import io.github.marspark.jobs.latents.ValidationGroups;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.jobs.recipe.ValidationRecipe;
import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.dl4j.MarFeatures;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.mar.ValidationLoss;
import io.github.marspark.model.random.Draws;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One rank's part in the validation loss, that of the parameters as they are, on latents that are never trained on. Masks,
 * times and noise are the same at every step, in every run, and whatever the number of ranks: groups of records are computed
 * as wholes, and their sums are added in order. Not thread-safe.
 */
final class Validation {
    /** What the training draws with another seed it does not meet here. */
    private static final long OTHER_SEED = 0x76616c6964617465L;

    /** Numbers that a message of the exchange has room for, and more. */
    private static final int NUMBERS_A_MESSAGE = 4096;

    private final ValidationRecipe recipe;
    private final long steps;
    private final RankStep rankStep;
    private final GlobalBatch batch;
    private final ValidationGroups groups;
    private final MarConfig config;
    private final Draws draws;

    Validation(Recipe recipe, RankStep rankStep) {
        this.recipe = recipe.train().validation();
        this.steps = recipe.train().steps();
        this.rankStep = rankStep;
        this.batch = rankStep.batch();
        Exchange exchange = rankStep.exchange();
        this.groups = new ValidationGroups(
                batch.heldOut().count(), exchange.rank(), exchange.sharding().ranks());
        this.draws = new Draws(recipe.seed() ^ OTHER_SEED);
        this.config = RecipeNetwork.config(recipe);
    }

    /** The loss after a number of steps; nothing where it is not measured. Called by all ranks. */
    OptionalDouble after(long done) {
        boolean isDue = groups.count() > 0 && (done % recipe.everySteps() == 0 || done == steps);
        return isDue ? OptionalDouble.of(measure(done)) : OptionalDouble.empty();
    }

    private double measure(long done) {
        double[] sums = new double[groups.count()];
        for (int group = groups.firstGroup(); group < groups.endGroup(); group++) {
            MarFeatures features = batch.heldOut(groups.from(group), groups.from(group + 1), draws);
            sums[group] = Arrays.stream(losses(features)).sum();
        }
        double all = 0;
        for (int from = 0; from < sums.length; from += NUMBERS_A_MESSAGE) {
            int to = Math.min(sums.length, from + NUMBERS_A_MESSAGE);
            all = added(all, gather(done, Arrays.copyOfRange(sums, from, to)));
        }
        return all / batch.heldOut().count();
    }

    private double[] losses(MarFeatures features) {
        return rankStep.replica()
                .evaluate((objective, kernels) -> new ValidationLoss(
                                config, objective, GaussianDiffusion.TRAINING_STEPS, draws)
                        .of(kernels, features.samples(), features.labels(), features.tokens()));
    }

    private List<double[]> gather(long done, double[] sums) {
        return rankStep.exchange().gather(done, "validation loss", sums);
    }

    /** Of each group one rank has the sum, and all others 0. */
    private static double added(double start, List<double[]> ofRanks) {
        double all = start;
        for (int group = 0; group < ofRanks.get(0).length; group++) {
            for (double[] sums : ofRanks) {
                all += sums[group];
            }
        }
        return all;
    }
}
