package io.github.marspark.jobs.exchange;

/**
 * Which rank owns which part of a flat vector: rank r the indices {@code P r / N} to {@code P (r + 1) / N}, cut into
 * chunks. Immutable.
 *
 * @param size P, number of values
 * @param ranks N
 */
public record Sharding(long size, int ranks) {
    /** Values a chunk, the unit in which the vector travels: 4 MB. */
    public static final int CHUNK = 1 << 20;

    /** Checks both. */
    public Sharding {
        if (ranks < 1) {
            throw new IllegalArgumentException("ranks is " + ranks + ", must be at least 1");
        }
        if (size < ranks) {
            throw new IllegalArgumentException(
                    "size is %d, must be at least the number of ranks, %d".formatted(size, ranks));
        }
    }

    /**
     * Where a rank's shard begins; also, for rank N, where the vector ends.
     *
     * @param rank 0 to N
     * @return an index of the vector
     */
    public long from(int rank) {
        return Math.multiplyExact(size, rank) / ranks;
    }

    /**
     * The length of a rank's shard.
     *
     * @param rank 0 to N - 1
     * @return how many values
     */
    public long length(int rank) {
        return from(rank + 1) - from(rank);
    }

    /**
     * The number of chunks of a rank's shard.
     *
     * @param rank 0 to N - 1
     * @return at least 1
     */
    public int chunks(int rank) {
        return Math.toIntExact((length(rank) + CHUNK - 1) / CHUNK);
    }

    /**
     * Where a chunk begins.
     *
     * @param rank the shard's owner
     * @param chunk 0 to {@link #chunks} - 1
     * @return an index of the vector
     */
    public long chunkFrom(int rank, int chunk) {
        return from(rank) + (long) chunk * CHUNK;
    }

    /**
     * The length of a chunk.
     *
     * @param rank the shard's owner
     * @param chunk 0 to {@link #chunks} - 1
     * @return how many values, at most {@link #CHUNK}
     */
    public int chunkLength(int rank, int chunk) {
        return (int) Math.min(CHUNK, from(rank + 1) - chunkFrom(rank, chunk));
    }
}
