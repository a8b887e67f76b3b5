package io.github.marspark.jobs.recipe;

/** A command line that cannot be carried out as written: the person has to write another. */
public final class UsageException extends RuntimeException {
    /**
     * With a sentence for the person.
     *
     * @param message what was found and what to write instead
     */
    public UsageException(String message) {
        super(message);
    }
}
