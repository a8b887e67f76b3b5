package io.github.marspark.jobs.bench;

import io.github.marspark.jobs.exchange.Traffic;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** What the time of a rank's steps is spent on, added up. Not thread-safe. */
final class StepSplit {
    private Traffic before = Traffic.NONE;
    private long mark;
    private long computing;
    private long reducing;
    private long updating;
    private long communicating;
    private long bytes;
    private long inUpdate;

    void begin(Traffic traffic) {
        before = traffic;
        mark = System.nanoTime();
    }

    void computed() {
        computing += lap();
    }

    /** After the gradients' sums; time in which nothing had come is communication. */
    void reduced(Traffic traffic) {
        long waited = traffic.since(before).waitingNanos();
        communicating += waited;
        reducing += lap() - waited;
    }

    void update(Runnable work) {
        long begin = System.nanoTime();
        work.run();
        inUpdate += System.nanoTime() - begin;
    }

    void done(Traffic traffic) {
        updating += inUpdate;
        communicating += lap() - inUpdate;
        inUpdate = 0;
        bytes += traffic.since(before).bytesSent();
    }

    private long lap() {
        long now = System.nanoTime();
        long nanos = now - mark;
        mark = now;
        return nanos;
    }

    long bytes() {
        return bytes;
    }

    private long nanos() {
        return computing + reducing + updating + communicating;
    }

    /** The shares of several ranks' time. */
    static Map<String, Double> shares(List<StepSplit> ranks) {
        double all = sum(ranks, StepSplit::nanos);
        Map<String, Double> shares = new LinkedHashMap<>();
        shares.put("computation", JsonLines.rounded(sum(ranks, split -> split.computing) / all));
        shares.put("reduction", JsonLines.rounded(sum(ranks, split -> split.reducing) / all));
        shares.put("update", JsonLines.rounded(sum(ranks, split -> split.updating) / all));
        shares.put("communication", JsonLines.rounded(sum(ranks, split -> split.communicating) / all));
        return shares;
    }

    private static double sum(List<StepSplit> ranks, ToLongFunction<StepSplit> part) {
        return ranks.stream().mapToLong(part).sum();
    }
}
