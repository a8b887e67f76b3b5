package io.github.marspark.jobs.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long something took, each time it was done. Immutable.
 *
 * @param seconds in ascending order
 */
record Times(double... seconds) {
    /** Sorts. */
    Times {
        seconds = seconds.clone();
        Arrays.sort(seconds);
    }

    /** Does several things in turn, again and again, so that a change of the machine's mood meets all of them. */
    static Times[] interleaved(BenchSettings settings, Runnable... works) {
        return interleaved(settings.warmup(), settings.repeats(), works);
    }

    /** Likewise, so many times before and while it is measured. */
    static Times[] interleaved(int warmup, int repeats, Runnable... works) {
        double[][] seconds = new double[works.length][repeats];
        for (int i = -warmup; i < repeats; i++) {
            for (int work = 0; work < works.length; work++) {
                long begin = System.nanoTime();
                works[work].run();
                if (i >= 0) {
                    seconds[work][i] = (System.nanoTime() - begin) / 1e9;
                }
            }
        }
        return Arrays.stream(seconds).map(Times::new).toArray(Times[]::new);
    }

    /** The one in the middle. */
    double median() {
        int half = seconds.length / 2;
        return seconds.length % 2 == 1 ? seconds[half] : (seconds[half - 1] + seconds[half]) / 2;
    }

    /** Median, fastest and slowest as rates of {@code count} things done each time. */
    Map<String, Object> rates(String name, double count) {
        Map<String, Object> rates = new LinkedHashMap<>();
        rates.put(name, JsonLines.rounded(count / median()));
        rates.put(name + "Slowest", JsonLines.rounded(count / seconds[seconds.length - 1]));
        rates.put(name + "Fastest", JsonLines.rounded(count / seconds[0]));
        rates.put("seconds", JsonLines.rounded(median()));
        rates.put("repeats", seconds.length);
        return rates;
    }
}
