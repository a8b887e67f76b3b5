package io.github.marspark.model.classifier;

/**
 * The sizes of a classifier.
 *
 * <p>Each level works on half as many pixels in both directions as the one before, the first on half of the image's,
 * until at most {@value #LAST_SIDE} are left.
 *
 * @param resolution side of the images in pixels
 * @param imageChannels channels of an image
 * @param width channels of the first level; each further one has twice as many, up to four times
 * @param classes number of classes
 */
public record ClassifierConfig(int resolution, int imageChannels, int width, int classes) {
    /** D, features of an image. */
    public static final int FEATURES = 128;

    /** Greatest side of the last level in pixels. */
    static final int LAST_SIDE = 8;

    /** Channels of a group of the normalisations. */
    static final int GROUP = 8;

    private static final int MOST_WIDTHS = 4;

    /** Checks each component. */
    public ClassifierConfig {
        requireAtLeast("resolution", resolution, 2);
        requireAtLeast("imageChannels", imageChannels, 1);
        requireAtLeast("width", width, GROUP);
        requireAtLeast("classes", classes, 2);
        if (width % GROUP != 0) {
            throw new IllegalArgumentException("width is " + width + ", must be a multiple of " + GROUP);
        }
    }

    private static void requireAtLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least " + least);
        }
    }

    /** Number of levels. */
    int levels() {
        int levels = 1;
        while (side(levels - 1) > LAST_SIDE) {
            levels++;
        }
        return levels;
    }

    /** Side of a level in pixels; the first level is 0, and what it sees are the image's pixels, level -1. */
    int side(int level) {
        return resolution >> (level + 1);
    }

    /** Channels of a level. */
    int channels(int level) {
        return width * Math.min(MOST_WIDTHS, 1 << level);
    }

    /** Channels of the last level. */
    int lastChannels() {
        return channels(levels() - 1);
    }

    /** Side of the last level in pixels. */
    int lastSide() {
        return side(levels() - 1);
    }

    /** Number of values of an image. */
    public int imageValues() {
        return imageChannels * resolution * resolution;
    }
}
