package io.github.marspark.model.tensor;

/** Copies between storages, through an array of the host. */
public final class Storages {
    private static final int BLOCK = 1 << 20;

    private Storages() {}

    /** Overwrites all values of one by another's, as long. */
    public static void copy(MatrixStorage from, MatrixStorage to) {
        if (from.length() != to.length()) {
            throw new IllegalArgumentException(from.length() + " values cannot overwrite " + to.length());
        }
        float[] block = new float[(int) Math.min(BLOCK, from.length())];
        for (long done = 0; done < from.length(); done += block.length) {
            int count = (int) Math.min(block.length, from.length() - done);
            from.read(done, block, 0, count);
            to.write(done, block, 0, count);
        }
    }
}
