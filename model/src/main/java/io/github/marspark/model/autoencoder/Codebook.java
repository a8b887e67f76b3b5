package io.github.marspark.model.autoencoder;

import io.github.marspark.model.tensor.Threads;

/**
 * The vectors of a quantised autoencoder's codes. The id of a place is that of the code with the least squared distance,
 * {@code argmin over k of sum of (h - e_k)^2}, of several the lowest; distances are summed in float64, value by value, since
 * {@code |h|^2 + |e|^2 - 2 h e} loses what it is about where vectors are longer than they are apart.
 *
 * <p>Legend: {@code Q} codes, {@code Z} values of each, {@code N} places, of B images {@code N = B h w}. Immutable and
 * thread-safe.
 *
 * @see <a href="https://arxiv.org/abs/1711.00937">van den Oord et al., Neural Discrete Representation Learning, equation
 *     1</a>
 */
public final class Codebook {
    private static final int GRAIN = 16;

    private final float[] vectors;
    private final int size;

    /**
     * A codebook.
     *
     * @param vectors {@code (Q, Z)}, not to be changed
     * @param size Z
     * @throws IllegalArgumentException if these are not whole vectors, or none
     */
    public Codebook(float[] vectors, int size) {
        if (vectors.length == 0 || vectors.length % size != 0) {
            throw new IllegalArgumentException(
                    "vectors has " + vectors.length + " values, must have a positive multiple of " + size);
        }
        this.vectors = vectors;
        this.size = size;
    }

    /** Q. */
    public int codes() {
        return vectors.length / size;
    }

    /**
     * The ids of images' latents.
     *
     * @param latents {@code (B, Z, h, w)}, not scaled
     * @param places of an image, {@code h w}
     * @param threads that search
     * @return {@code (B, h w)}, row by row
     */
    public int[] ids(float[] latents, int places, Threads threads) {
        return nearest(ChannelOrder.pixelRows(latents, size, places), threads);
    }

    /**
     * The codes that ids stand for, as latents of images.
     *
     * @param ids {@code (B, h w)}, row by row
     * @param places of an image, {@code h w}
     * @return {@code (B, Z, h, w)}, not scaled
     * @throws IllegalArgumentException if an id is that of no code
     */
    public float[] latents(int[] ids, int places) {
        return ChannelOrder.channelPlanes(rows(ids), size, places);
    }

    /**
     * The ids of the nearest codes.
     *
     * @param rows {@code (N, Z)}
     * @return {@code (N)}
     */
    int[] nearest(float[] rows, Threads threads) {
        int[] ids = new int[rows.length / size];
        threads.split(ids.length, GRAIN, (from, to) -> {
            for (int place = from; place < to; place++) {
                ids[place] = nearest(rows, place * size);
            }
        });
        return ids;
    }

    private int nearest(float[] rows, int start) {
        int id = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int code = 0; code < codes(); code++) {
            double distance = distance(rows, start, code);
            if (distance < least) {
                least = distance;
                id = code;
            }
        }
        return id;
    }

    /** The squared distance of a code from the row that begins at {@code start}. */
    double distance(float[] rows, int start, int code) {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            double difference = (double) rows[start + i] - vectors[code * size + i];
            sum += difference * difference;
        }
        return sum;
    }

    /**
     * The codes that ids stand for.
     *
     * @param ids {@code (N)}
     * @return {@code (N, Z)}
     * @throws IllegalArgumentException if an id is that of no code
     */
    float[] rows(int[] ids) {
        float[] rows = new float[ids.length * size];
        for (int place = 0; place < ids.length; place++) {
            requireCode(ids[place], place);
            System.arraycopy(vectors, ids[place] * size, rows, place * size, size);
        }
        return rows;
    }

    private void requireCode(int id, int place) {
        if (id < 0 || id >= codes()) {
            throw new IllegalArgumentException(
                    "id %d at place %d, must be 0 to %d: it is that of no code".formatted(id, place, codes() - 1));
        }
    }
}
