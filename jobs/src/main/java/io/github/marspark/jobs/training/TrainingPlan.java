package io.github.marspark.jobs.training;

import io.github.marspark.jobs.exchange.Address;
import io.github.marspark.jobs.exchange.RunToken;
import io.github.marspark.jobs.latents.LatentIndex;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.runtime.Cluster;
import java.io.Serializable;
import java.time.Duration;
import java.util.Map;

/**
 * What the driver tells every task of an attempt.
 *
 * @param recipeText complete and checked, every address of files absolute
 * @param program version of the program
 * @param latents where the records are
 * @param ranks number of tasks
 * @param threads of each task
 * @param progress where progress is told
 * @param token that only this attempt's members know
 * @param attempt name of this attempt, which no other has
 */
record TrainingPlan(
        String recipeText,
        String program,
        LatentIndex latents,
        int ranks,
        int threads,
        String progress,
        RunToken token,
        String attempt)
        implements Serializable {
    /**
     * A plan.
     *
     * @param recipe complete and checked
     * @param program version of the program
     * @param latents where the records are
     * @param cluster where the tasks run
     * @param progress where progress is told
     * @param token of this attempt
     */
    static TrainingPlan of(
            Recipe recipe, String program, LatentIndex latents, Cluster cluster, Address progress, RunToken token) {
        return new TrainingPlan(
                Recipes.render(recipe),
                program,
                latents,
                cluster.tasks(),
                cluster.cores(),
                progress.toString(),
                token,
                "%x".formatted(System.currentTimeMillis()));
    }

    Recipe recipe() {
        return Recipes.parse(recipeText, "the plan's recipe", Map.of());
    }

    /** How long a rank waits for another, or for the driver. */
    Duration patience() {
        return Duration.ofSeconds(recipe().train().peerTimeoutSeconds());
    }

    Address progressAddress() {
        return Address.parse(progress);
    }
}
