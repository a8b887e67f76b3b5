package io.github.marspark.jobs.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What drawing a batch of images has cost, in nanoseconds. Immutable.
 *
 * @param transformer what it says about the tokens of every iteration, and which these are
 * @param head drawing the tokens from that
 * @param decoder pixels of all tokens
 */
record DrawingTime(long transformer, long head, long decoder) {
    /** Of all time together, that of each part. */
    static Map<String, Double> shares(List<DrawingTime> batches) {
        double all = sum(batches, DrawingTime::all);
        Map<String, Double> shares = new LinkedHashMap<>();
        shares.put("transformer", JsonLines.rounded(sum(batches, DrawingTime::transformer) / all));
        shares.put("head", JsonLines.rounded(sum(batches, DrawingTime::head) / all));
        shares.put("decoder", JsonLines.rounded(sum(batches, DrawingTime::decoder) / all));
        return shares;
    }

    private static double sum(List<DrawingTime> batches, ToLongFunction<DrawingTime> part) {
        return batches.stream().mapToLong(part).sum();
    }

    private long all() {
        return transformer + head + decoder;
    }
}
