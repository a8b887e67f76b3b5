package io.github.marspark.jobs.checkpoint;

/** A checkpoint of a form that this program does not know; it is whole for all that is known, and stays as it is. */
public final class CheckpointFormatException extends CheckpointException {
    /**
     * With a sentence.
     *
     * @param message names the path, the format and the program that wrote it
     */
    public CheckpointFormatException(String message) {
        super(message);
    }
}
