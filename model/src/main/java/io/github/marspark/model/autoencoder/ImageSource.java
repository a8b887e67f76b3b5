package io.github.marspark.model.autoencoder;

/** Images of one size, by number. Called by one thread. */
public interface ImageSource {
    /** Number of images. */
    int count();

    /**
     * Writes an image.
     *
     * @param index number of the image, from 0
     * @param target receives {@code (C, H, W)}, from -1 to 1
     * @param offset where the image starts in {@code target}
     */
    void read(int index, float[] target, int offset);
}
