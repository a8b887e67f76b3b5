package io.github.marspark.data.image;

/**
 * Sizes of images that are taken, checked from the header before any pixel is decoded.
 *
 * @param minSide least pixels of the shorter side, at least 1
 * @param maxPixels most pixels, width times height, at least 1
 */
public record ImageLimits(int minSide, long maxPixels) {
    /** Any side, up to 100 million pixels (600 MB while decoding). */
    public static final ImageLimits DEFAULT = new ImageLimits(1, 100_000_000);

    /**
     * Checks the limits.
     *
     * @throws IllegalArgumentException if one is not positive
     */
    public ImageLimits {
        requirePositive("minSide", minSide);
        requirePositive("maxPixels", maxPixels);
    }

    void check(int width, int height) throws ImageRejected {
        if (width < 1 || height < 1) {
            throw new ImageRejected(RejectReason.CORRUPT, "has a size of " + width + " x " + height + " pixels");
        }
        if ((long) width * height > maxPixels) {
            throw new ImageRejected(
                    RejectReason.TOO_MANY_PIXELS,
                    "has " + width + " x " + height + " pixels, more than the " + maxPixels + " allowed");
        }
        if (Math.min(width, height) < minSide) {
            throw new ImageRejected(
                    RejectReason.TOO_SMALL,
                    "has " + width + " x " + height + " pixels, the shorter side must be at least " + minSide);
        }
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
        }
    }
}
