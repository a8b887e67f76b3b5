package io.github.marspark.model.dl4j;

import io.github.marspark.model.optimization.LearningRate;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * A learning rate as DL4J's updaters read it. DL4J counts iterations from 0 in every run, so the steps of earlier
 * runs are added. Immutable.
 *
 * @param rate of the whole training
 * @param firstStep step of iteration 0
 */
public record ScheduledRate(LearningRate rate, long firstStep) implements ISchedule {
    @Override
    public double valueAt(int iteration, int epoch) {
        return rate.at(firstStep + iteration);
    }

    @Override
    public ISchedule clone() {
        return new ScheduledRate(rate, firstStep);
    }
}
