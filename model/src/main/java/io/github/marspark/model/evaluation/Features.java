package io.github.marspark.model.evaluation;

/** A vector of numbers for each image of a set, by the image's number. May be called by several threads. */
public interface Features {
    /** Number of images. */
    int count();

    /** D, numbers of a vector. */
    int dimension();

    /**
     * Writes the vector of an image.
     *
     * @param image number of the image, from 0
     * @param target receives {@code (D)}
     * @param offset where the vector starts in {@code target}
     */
    void read(int image, double[] target, int offset);
}
