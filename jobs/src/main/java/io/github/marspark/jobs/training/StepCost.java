package io.github.marspark.jobs.training;

import io.github.marspark.jobs.exchange.Traffic;

/**
 * What a step has cost a rank, in nanoseconds; the rest of its time is communication.
 *
 * @param computing loss and gradient
 * @param reducing sums of all ranks' gradients, without waiting for them
 * @param updating parameters and their average
 * @param all from the beginning of the step to its end
 * @param traffic of the exchange
 */
public record StepCost(long computing, long reducing, long updating, long all, Traffic traffic) {
    /**
     * Waiting, sending and receiving.
     *
     * @return what is left of the step's time
     */
    public long communicating() {
        return all - computing - reducing - updating;
    }
}
