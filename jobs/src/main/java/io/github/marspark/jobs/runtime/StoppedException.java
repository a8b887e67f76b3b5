package io.github.marspark.jobs.runtime;

/** A job has ended before its time because it was asked to; the message says what it leaves. It is no failure. */
public final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Of a job.
     *
     * @param message what it leaves
     */
    public StoppedException(String message) {
        super(message);
    }
}
