package io.github.marspark.jobs.command;

/**
 * A key on the command line of a job that reads or writes weights, besides those of the recipe.
 *
 * @param name what stands before the sign of equality
 * @param value what stands behind it, for the help
 * @param meaning for the help
 */
record WeightKey(String name, String value, String meaning) {
    static final String FILE = "file";
    static final String WEIGHTS = "weights";
    static final String LEAVE_OUT = "leave-out";
    static final String NON_FINITE = "non-finite";
    static final String SCALE = "scale";

    String help() {
        return "  %s=%s%n      %s%n".formatted(name, value, meaning);
    }
}
