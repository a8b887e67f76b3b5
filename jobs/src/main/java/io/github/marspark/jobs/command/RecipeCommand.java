package io.github.marspark.jobs.command;

import io.github.marspark.jobs.recipe.Recipe;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A job that is told by a recipe what to do. */
public interface RecipeCommand extends Command {
    /**
     * What the job reads of the recipe, for its help: sections such as {@code train} and keys such as {@code images}.
     *
     * @return names, the most important first
     */
    List<String> keys();

    /**
     * Keys with an empty default that this job needs all the same.
     *
     * @return full names, such as {@code images}
     */
    default Set<String> required() {
        return Set.of();
    }

    /**
     * The section whose keys are written on the command line without its name, such as {@code mask=…} for
     * {@code edit.mask=…}.
     *
     * @return its name, or nothing where keys are written in full
     */
    default Optional<String> section() {
        return Optional.empty();
    }

    /**
     * Words such as {@code --explain-gpu} that the job understands.
     *
     * @return the options, with their hyphens
     */
    default Set<String> options() {
        return Set.of();
    }

    /**
     * The recipe of a person who names none.
     *
     * @return its file, relative to the project's folder, or nothing when a recipe has to be named
     */
    default Optional<Path> ownRecipe() {
        return Optional.empty();
    }

    /**
     * Does the job.
     *
     * @param recipe complete and checked
     * @param options those of {@link #options} that were written
     * @param out where a person reads what happens
     */
    void run(Recipe recipe, Set<String> options, PrintStream out);

    @Override
    default String help() {
        return RecipeHelp.of(this);
    }

    @Override
    default void run(List<String> arguments, PrintStream out) {
        RecipeArguments parsed = RecipeArguments.parse(this, arguments);
        run(parsed.recipe(), parsed.options(), out);
    }
}
