package io.github.marspark.jobs.recipe;

import java.util.List;

/** A recipe that cannot be used; the message has one line a problem, each naming file, line and key. */
public final class RecipeException extends IllegalArgumentException {
    private final List<String> problems;

    RecipeException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /**
     * The problems, in the order of the recipe's keys.
     *
     * @return one sentence each
     */
    public List<String> problems() {
        return problems;
    }
}
