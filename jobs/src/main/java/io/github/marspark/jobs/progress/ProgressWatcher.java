package io.github.marspark.jobs.progress;

/** Is told on the driver how a training goes, one call after the other; returns soon, since the training waits. */
public interface ProgressWatcher {
    /**
     * A step is done.
     *
     * @param report of the step
     */
    void step(StepReport report);

    /**
     * A checkpoint is complete.
     *
     * @param checkpoint its address
     */
    void saved(String checkpoint);
}
