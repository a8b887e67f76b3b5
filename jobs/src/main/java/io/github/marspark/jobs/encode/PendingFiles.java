package io.github.marspark.jobs.encode;

import java.util.Arrays;
import org.apache.spark.Partitioner;

/** The latent files that are still to be written, one a partition. The file of an image is its rank divided by the size. */
final class PendingFiles extends Partitioner {
    private final int[] pending;
    private final long imagesPerFile;

    /**
     * Makes partitions.
     *
     * @param pending numbers of files, in ascending order
     * @param imagesPerFile that every file but the last has
     */
    PendingFiles(int[] pending, long imagesPerFile) {
        this.pending = pending;
        this.imagesPerFile = imagesPerFile;
    }

    /** How many latent files some images make. */
    static int count(long images, long imagesPerFile) {
        return Math.toIntExact((images + imagesPerFile - 1) / imagesPerFile);
    }

    /** Their numbers. */
    int[] numbers() {
        return pending.clone();
    }

    /** The number of a partition's file. */
    int file(int partition) {
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
        return Arrays.binarySearch(pending, (int) (rank / imagesPerFile));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PendingFiles files
                && files.imagesPerFile == imagesPerFile
                && Arrays.equals(files.pending, pending);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(pending);
    }
}
