package io.github.marspark.jobs.encode;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A tokenizer without weights: the mean of a latent number is the average of a square of pixels, the logarithm of its
 * variance a number below 0. May fail after some batches, as a process does that is killed.
 */
public final class PoolingEncoders implements EncoderSource {
    static final AtomicInteger BATCHES_LEFT = new AtomicInteger(Integer.MAX_VALUE);

    private final String fingerprint;
    private final int imageSize;
    private final int stride;

    public PoolingEncoders(String fingerprint, int imageSize, int stride) {
        this.fingerprint = fingerprint;
        this.imageSize = imageSize;
        this.stride = stride;
    }

    @Override
    public LatentSpace space() {
        return new LatentSpace(fingerprint, 0.5, 3, imageSize / stride, 0);
    }

    @Override
    public ImageEncoder open(int threads) {
        return images -> {
            if (BATCHES_LEFT.decrementAndGet() < 0) {
                throw new IllegalStateException("the process was killed");
            }
            return encode(images);
        };
    }

    private float[] encode(float[] images) {
        int area = imageSize * imageSize;
        int side = imageSize / stride;
        float[] moments = new float[images.length / area * side * side * 2];
        for (int plane = 0; plane < images.length / area; plane++) {
            int mean = (plane / 3 * 6 + plane % 3) * side * side;
            for (int pixel = 0; pixel < area; pixel++) {
                int place = pixel / imageSize / stride * side + pixel % imageSize / stride;
                moments[mean + place] += images[plane * area + pixel] / (stride * stride);
            }
            for (int place = 0; place < side * side; place++) {
                moments[mean + 3 * side * side + place] = -1 - place;
            }
        }
        return moments;
    }
}
