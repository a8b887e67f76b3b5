package io.github.marspark.jobs.training;

import io.github.marspark.jobs.exchange.Address;
import io.github.marspark.jobs.latents.LatentIndex;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import java.io.Serializable;
import java.util.Map;

/** What the driver tells every task. */
public final class TrainingPlan implements Serializable {
    private static final long serialVersionUID = 1;

    private final String recipe;
    private final String program;
    private final int ranks;
    private final int threads;
    private final String driver;
    private final long run;
    private final LatentIndex latents;

    /**
     * A plan.
     *
     * @param recipe complete and checked
     * @param program version of the program
     * @param latents where the records are
     * @param ranks number of tasks
     * @param threads of each task
     * @param driver where progress is told
     * @param run number of this attempt, which no other has
     */
    TrainingPlan(Recipe recipe, String program, LatentIndex latents, int ranks, int threads, Address driver, long run) {
        this.recipe = Recipes.render(recipe);
        this.program = program;
        this.latents = latents;
        this.ranks = ranks;
        this.threads = threads;
        this.driver = driver.toString();
        this.run = run;
    }

    Recipe recipe() {
        return Recipes.parse(recipe, "the plan's recipe", Map.of());
    }

    String recipeText() {
        return recipe;
    }

    String program() {
        return program;
    }

    LatentIndex latents() {
        return latents;
    }

    public int ranks() {
        return ranks;
    }

    int threads() {
        return threads;
    }

    long run() {
        return run;
    }

    Address driver() {
        return Address.parse(driver);
    }
}
