package io.github.marspark.jobs.encode;

import java.util.Arrays;
import org.apache.spark.Partitioner;

/** The shards that are still to be written, one a partition. The shard of an image is its rank divided by the size. */
final class Shards extends Partitioner {
    private final int[] pending;
    private final long imagesPerShard;

    /**
     * Makes partitions.
     *
     * @param pending numbers of shards, in ascending order
     * @param imagesPerShard that every shard but the last has
     */
    Shards(int[] pending, long imagesPerShard) {
        this.pending = pending;
        this.imagesPerShard = imagesPerShard;
    }

    /** How many shards some images make. */
    static int count(long images, long imagesPerShard) {
        return Math.toIntExact((images + imagesPerShard - 1) / imagesPerShard);
    }

    /** Their numbers. */
    int[] numbers() {
        return pending.clone();
    }

    /** The number of a partition's shard. */
    int shard(int partition) {
        return pending[partition];
    }

    @Override
    public int numPartitions() {
        return pending.length;
    }

    @Override
    public int getPartition(Object rank) {
        return partition((Long) rank);
    }

    private int partition(long rank) {
        return Arrays.binarySearch(pending, (int) (rank / imagesPerShard));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shards shards
                && shards.imagesPerShard == imagesPerShard
                && Arrays.equals(shards.pending, pending);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(pending);
    }
}
