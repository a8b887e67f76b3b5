package io.github.marspark.jobs.checkpoint;

/** The vectors of a checkpoint, one value for each parameter. */
public enum CheckpointTensor {
    /** The parameters. */
    PARAMETERS("parameters"),
    /** Their moving average. */
    AVERAGE("average"),
    /** AdamW's moving average of the gradient. */
    FIRST_MOMENT("first-moment"),
    /** AdamW's moving average of the squared gradient. */
    SECOND_MOMENT("second-moment");

    private final String key;

    CheckpointTensor(String key) {
        this.key = key;
    }

    /**
     * The name in the file.
     *
     * @return in lower case
     */
    public String key() {
        return key;
    }
}
