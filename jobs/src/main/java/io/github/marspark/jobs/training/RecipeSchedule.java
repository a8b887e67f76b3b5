package io.github.marspark.jobs.training;

import io.github.marspark.jobs.recipe.TrainRecipe;
import io.github.marspark.model.optimization.LearningRate;

/** The learning rate of each step, as a recipe says it. */
final class RecipeSchedule {
    private RecipeSchedule() {}

    static LearningRate of(TrainRecipe train) {
        return train.schedule().of(train.learningRate(), train.warmupSteps(), train.steps());
    }
}
