package io.github.marspark.jobs.checkpoint;

import java.util.regex.Pattern;

/**
 * A file of a checkpoint, as its manifest describes it: what one rank owned when it was written.
 *
 * @param file name in the checkpoint's folder
 * @param from index of its first parameter in the flat vector
 * @param to index behind its last
 * @param bytes its length
 * @param sha256 of its bytes, in hexadecimal digits
 */
public record CheckpointPart(String file, long from, long to, long bytes, String sha256) {
    private static final Pattern NAME = Pattern.compile("[\\w-][\\w.-]*");

    /**
     * Checks that the file lies in the checkpoint's own folder and that the range is one.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    public CheckpointPart {
        if (!NAME.matcher(file).matches()) {
            throw new IllegalArgumentException(
                    "a part's file is \"%s\", must be a name in the checkpoint's own folder".formatted(file));
        }
        if (from < 0 || to <= from || bytes < 0) {
            throw new IllegalArgumentException(
                    "%s holds the parameters %d to %d in %d bytes, which cannot be".formatted(file, from, to, bytes));
        }
    }

    /** The name of the file of a rank. */
    static String name(int rank, int ranks) {
        return "shard-%05d-of-%05d.safetensors".formatted(rank, ranks);
    }
}
