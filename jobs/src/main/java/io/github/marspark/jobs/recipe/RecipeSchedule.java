package io.github.marspark.jobs.recipe;

import io.github.marspark.model.optimization.LearningRate;

/** The learning rate of each step, as a recipe says it. */
public final class RecipeSchedule {
    private RecipeSchedule() {}

    /** Of the autoencoder. */
    public static LearningRate of(TokenizerRecipe tokenizer) {
        return tokenizer.schedule().of(tokenizer.learningRate(), tokenizer.warmupSteps(), tokenizer.steps());
    }

    /** Of the transformer and its head. */
    public static LearningRate of(TrainRecipe train) {
        return train.schedule().of(train.learningRate(), train.warmupSteps(), train.steps());
    }
}
