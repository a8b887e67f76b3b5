package io.github.marspark.jobs.training;

import io.github.marspark.jobs.exchange.Exchange;
import io.github.marspark.jobs.exchange.Traffic;

/** Measures one step. Not thread-safe. */
final class StepClock {
    private final Exchange exchange;
    private final Traffic before;
    private final long begin = System.nanoTime();
    private long computing;
    private long reducing;
    private long updating;

    /** Begins now. */
    StepClock(Exchange exchange) {
        this.exchange = exchange;
        this.before = exchange.traffic();
    }

    /** The gradient is there. */
    void computed() {
        computing = System.nanoTime() - begin;
    }

    /** Nanoseconds until the gradient was there. */
    long computing() {
        return computing;
    }

    /** The sum of all gradients is there; time in which nothing had come is no work. */
    void reduced() {
        reducing = System.nanoTime() - begin - computing - traffic().waitingNanos();
    }

    /** Does a part of the update. */
    void update(Runnable work) {
        long start = System.nanoTime();
        work.run();
        updating += System.nanoTime() - start;
    }

    /** The step is done. */
    StepCost stop() {
        return new StepCost(computing, reducing, updating, System.nanoTime() - begin, traffic());
    }

    private Traffic traffic() {
        return exchange.traffic().since(before);
    }
}
