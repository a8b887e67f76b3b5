package io.github.marspark.jobs.checkpoint;

/** A checkpoint that cannot be used: damaged, of another training, or not there. The message says what to do. */
public class CheckpointException extends IllegalStateException {
    /**
     * With a sentence.
     *
     * @param message names the path
     */
    public CheckpointException(String message) {
        super(message);
    }

    /**
     * With a sentence and what brought it about.
     *
     * @param message names the path
     * @param cause from the file system
     */
    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
