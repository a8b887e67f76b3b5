package io.github.marspark.jobs.recipe;

import io.github.marspark.jobs.recipe.TrainRecipe;
import io.github.marspark.model.optimization.LearningRate;
import io.github.marspark.model.optimization.LearningRateSchedule;

/** The learning rate of each step, as a recipe says it. */
public final class RecipeSchedule {
    private RecipeSchedule() {}

    public static LearningRate of(TrainRecipe train) {
        return train.schedule().of(train.learningRate(), train.warmupSteps(), train.steps());
    }
}
