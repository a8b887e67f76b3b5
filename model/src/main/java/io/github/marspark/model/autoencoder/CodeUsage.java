package io.github.marspark.model.autoencoder;

import java.util.Arrays;

/**
 * How often each code is the nearest one, {@code n_k}, and what follows from it. Not thread-safe.
 *
 * <p>With {@code p = n / sum of n}: usage is the share of the codes with {@code n_k > 0}, and perplexity
 * {@code exp(-sum of p ln p)}, between 1, where all places have one code, and the number of codes, where all are as frequent.
 */
public final class CodeUsage {
    /** Codes are said to be left idle where the perplexity is less than their number over this. */
    private static final int IDLE_SHARE = 10;

    private final long[] counts;

    /** Of so many codes, none of which was seen. */
    public CodeUsage(int codes) {
        this(new long[codes]);
    }

    /**
     * Goes on from counts.
     *
     * @param counts of each code, copied
     */
    public CodeUsage(long[] counts) {
        this.counts = counts.clone();
    }

    /**
     * Counts ids.
     *
     * @param ids of places
     */
    public void add(int[] ids) {
        for (int id : ids) {
            counts[id]++;
        }
    }

    /**
     * Counts an id several times.
     *
     * @param id of so many places
     */
    public void add(int id, long places) {
        counts[id] += places;
    }

    /** Forgets all of it. */
    public void clear() {
        Arrays.fill(counts, 0);
    }

    /** The counts of each code, {@code (Q)}. */
    public long[] counts() {
        return counts.clone();
    }

    /** Places that were seen. */
    public long places() {
        return Arrays.stream(counts).sum();
    }

    /** Number of codes. */
    public int codes() {
        return counts.length;
    }

    /** Number of codes that were seen. */
    public int used() {
        return (int) Arrays.stream(counts).filter(count -> count > 0).count();
    }

    /** Share of the codes that were seen. */
    public double usage() {
        return (double) used() / codes();
    }

    /** How many codes as frequent as each other would be as hard to guess; 1 where nothing was seen. */
    public double perplexity() {
        double places = places();
        double entropy = 0;
        for (long count : counts) {
            if (count > 0) {
                entropy -= count / places * Math.log(count / places);
            }
        }
        return Math.exp(entropy);
    }

    /** Whether most of the codes do next to nothing. */
    public boolean leavesCodesIdle() {
        return perplexity() < (double) codes() / IDLE_SHARE;
    }

    @Override
    public String toString() {
        return "%,d of %,d codes used, perplexity %.1f".formatted(used(), codes(), perplexity());
    }
}
