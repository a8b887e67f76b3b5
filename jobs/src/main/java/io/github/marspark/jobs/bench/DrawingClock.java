package io.github.marspark.jobs.bench;

import io.github.marspark.model.mar.GenerationWatcher;

/** Which part of a network the time of a drawing goes to, by the clock of the one thread that begins them all. */
final class DrawingClock implements GenerationWatcher {
    private long last = System.nanoTime();
    private long transformer;
    private long head;

    @Override
    public void conditionsKnown() {
        transformer += sinceLast();
    }

    @Override
    public void see(int iterations, float[] values, boolean[] known) {
        head += sinceLast();
    }

    /** All is drawn and decoded. */
    DrawingTime stop() {
        return new DrawingTime(transformer, head, sinceLast());
    }

    private long sinceLast() {
        long now = System.nanoTime();
        long nanos = now - last;
        last = now;
        return nanos;
    }
}
