package io.github.marspark.jobs.recipe;

import java.util.function.BinaryOperator;

/**
 * What TensorBoard is shown of a training.
 *
 * @param folder of its event files, empty for none
 */
public record TensorboardRecipe(
        @Describe(value = "folder for event files of TensorBoard; none when empty", byDefault = "\"\"")
        String folder) {
    /** The same with another address. */
    TensorboardRecipe located(BinaryOperator<String> address) {
        return new TensorboardRecipe(address.apply("tensorboard.folder", folder));
    }
}
