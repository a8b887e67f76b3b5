package io.github.marspark.jobs.training;

import io.github.marspark.jobs.progress.StepReport;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a step came to, the same on all ranks but for the cost.
 *
 * @param step number of steps done with it
 * @param loss mean over the masked tokens of the global batch
 * @param learningRate of the step
 * @param gradientNorm of the whole gradient before clipping; not a number if the loss is not finite
 * @param isLast whether a rank wants the training to end with it
 * @param imagesPerSecond which each rank would compute alone, by rank
 * @param cost this rank's
 */
public record StepResult(
        long step,
        double loss,
        double learningRate,
        double gradientNorm,
        boolean isLast,
        List<Double> imagesPerSecond,
        StepCost cost) {
    /** Whether loss and gradient are finite, without which no parameter moves. */
    boolean isFinite() {
        return Double.isFinite(gradientNorm);
    }

    /**
     * As the driver is told.
     *
     * @param epoch passes over the data
     * @param images of the global batch
     */
    StepReport report(double epoch, int images) {
        double nanos = cost.all();
        double computing = (cost.computing() + cost.updating()) / nanos;
        double waiting = cost.traffic().waitingNanos() / nanos;
        StepReport report = new StepReport(
                step,
                epoch,
                loss,
                learningRate,
                gradientNorm,
                images * TimeUnit.SECONDS.toNanos(1) / nanos,
                computing,
                waiting,
                Math.max(0, 1 - computing - waiting),
                cost.traffic().bytesSent());
        return report.with(imagesPerSecond);
    }
}
