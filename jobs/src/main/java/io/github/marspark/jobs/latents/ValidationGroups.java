package io.github.marspark.jobs.latents;

/**
 * The held-out records that a rank measures: they are computed in groups of {@value #SIZE}, and rank r of N has the groups
 * {@code r G / N} to {@code (r + 1) G / N} of all G, so that a group is the same whatever the number of ranks.
 *
 * @param records that are held out
 * @param rank r
 * @param ranks N
 */
public record ValidationGroups(int records, int rank, int ranks) {
    /** Records of a group; the last one may have fewer. */
    static final int SIZE = 32;

    /** G. */
    public int count() {
        return (records + SIZE - 1) / SIZE;
    }

    /** The rank's first group. */
    public int firstGroup() {
        return (int) ((long) count() * rank / ranks);
    }

    /** The group behind the rank's last. */
    public int endGroup() {
        return (int) ((long) count() * (rank + 1) / ranks);
    }

    boolean isEmpty() {
        return firstGroup() == endGroup();
    }

    /** The first record of a group. */
    public int from(int group) {
        return Math.min(records, group * SIZE);
    }

    int first() {
        return from(firstGroup());
    }

    int end() {
        return from(endGroup());
    }
}
