package io.github.marspark.data.image;

/**
 * The square crop that guided diffusion introduced and MAR trains on.
 *
 * <p>The image is halved with a box filter while its shorter side is at least twice {@code size}, brought to a shorter
 * side of {@code size} with a bicubic filter, and cut to the centre square. A smaller image is enlarged. Sizes are
 * rounded half to even and the centre rounds down. Levels equal Pillow's, see {@link Resampler}. Immutable.
 *
 * @param size side of the crop, in pixels
 * @see <a href="https://github.com/openai/guided-diffusion">guided-diffusion, {@code image_datasets.py}</a>
 */
public record CenterCrop(int size) {
    /**
     * Checks the side.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public CenterCrop {
        if (size < 1) {
            throw new IllegalArgumentException("size is " + size + ", must be at least 1");
        }
    }

    /**
     * Crops one image.
     *
     * @param image any size
     * @return the crop, {@code (size, size, 3)}
     */
    public RgbImage apply(RgbImage image) {
        RgbImage halved = image;
        while (shortSide(halved) >= 2L * size) {
            halved = Resampler.BOX.resize(halved, halved.width() / 2, halved.height() / 2);
        }
        return cutFrom(halved);
    }

    /** Only the pixels inside the crop are computed, so an extremely long image costs no more than a square one. */
    private RgbImage cutFrom(RgbImage image) {
        double scale = (double) size / shortSide(image);
        long width = (long) Math.rint(image.width() * scale);
        long height = (long) Math.rint(image.height() * scale);
        Resampler.Span columns = new Resampler.Span(width, (width - size) / 2, size);
        Resampler.Span rows = new Resampler.Span(height, (height - size) / 2, size);
        return Resampler.BICUBIC.resize(image, columns, rows);
    }

    private static int shortSide(RgbImage image) {
        return Math.min(image.width(), image.height());
    }
}
