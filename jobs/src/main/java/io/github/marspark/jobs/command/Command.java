package io.github.marspark.jobs.command;

import io.github.marspark.jobs.recipe.UsageException;
import java.io.PrintStream;
import java.util.List;

/** Something that {@code ./mar} can do; runs on the driver. */
public interface Command {
    /**
     * What is written after {@code ./mar}.
     *
     * @return a name in lower case, with hyphens
     */
    String name();

    /**
     * What it does.
     *
     * @return one line, without a full stop
     */
    String summary();

    /**
     * How it is used.
     *
     * @return lines of text, of which the first begins with {@code usage:}
     */
    String help();

    /**
     * Does it.
     *
     * @param arguments what was written after the name
     * @param out where a person reads what happens
     * @throws UsageException if the arguments are not as {@link #help} says
     */
    void run(List<String> arguments, PrintStream out);
}
