package io.github.marspark.jobs.recipe;

import io.github.marspark.model.optimization.LearningRateSchedule;

/** The learning rate of each step, as a recipe says it. */
public final class RecipeSchedule {
    private RecipeSchedule() {}

    public static LearningRateSchedule of(TrainRecipe train) {
        return switch (train.schedule()) {
            case CONSTANT -> new LearningRateSchedule.Constant(train.learningRate(), train.warmupSteps());
            case COSINE -> new LearningRateSchedule.Cosine(train.learningRate(), 0, train.warmupSteps(), train.steps());
        };
    }
}
