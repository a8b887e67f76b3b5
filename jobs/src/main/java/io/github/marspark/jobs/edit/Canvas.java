package io.github.marspark.jobs.edit;

import io.github.marspark.data.image.RgbImage;
import java.io.Serializable;
import java.util.Arrays;

/**
 * A square of the size of the network's images with a picture on it, and which of its pixels are drawn anew. Travels to
 * executors; not changed after construction.
 *
 * @param side S, in pixels
 * @param samples of the picture, {@code (S, S, 3)}; where it does not reach, its nearest pixel
 * @param anew whether each pixel is drawn anew, {@code (S, S)}; so is every one that the picture does not reach
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
record Canvas(int side, byte[] samples, boolean[] anew) implements Serializable {
    /**
     * Lays a picture on a canvas. What the picture does not reach is given its nearest pixel, so that the tokenizer sees no
     * edge where the picture ends: each latent depends on the pixels around its own.
     *
     * @param picture of any size
     * @param hidden which of its pixels are drawn anew, row by row
     * @param left column of the canvas in which the picture begins
     * @param top row of the canvas in which the picture begins
     */
    static Canvas of(int side, RgbImage picture, boolean[] hidden, int left, int top) {
        byte[] samples = new byte[side * side * RgbImage.CHANNELS];
        boolean[] anew = new boolean[side * side];
        for (int pixel = 0; pixel < anew.length; pixel++) {
            int x = pixel % side - left;
            int y = pixel / side - top;
            int nearest = clamp(y, picture.height()) * picture.width() + clamp(x, picture.width());
            anew[pixel] = x != clamp(x, picture.width()) || y != clamp(y, picture.height()) || hidden[nearest];
            copyPixel(picture.samples(), nearest, samples, pixel);
        }
        return new Canvas(side, samples, anew);
    }

    private static int clamp(int at, int size) {
        return Math.min(Math.max(at, 0), size - 1);
    }

    private static void copyPixel(byte[] from, int pixel, byte[] to, int at) {
        System.arraycopy(from, pixel * RgbImage.CHANNELS, to, at * RgbImage.CHANNELS, RgbImage.CHANNELS);
    }

    /** The picture as it lies on the canvas. */
    RgbImage picture() {
        return new RgbImage(side, side, samples);
    }

    /** White where pixels are drawn anew, black elsewhere. */
    RgbImage mask() {
        byte[] levels = new byte[anew.length];
        for (int pixel = 0; pixel < levels.length; pixel++) {
            levels[pixel] = (byte) (anew[pixel] ? 255 : 0);
        }
        return RgbImage.ofGrey(side, side, levels);
    }

    /** Whether some pixel is drawn anew. */
    boolean hidesSomething() {
        for (boolean hidden : anew) {
            if (hidden) {
                return true;
            }
        }
        return false;
    }

    /**
     * Which tokens are kept: those of which no pixel is drawn anew.
     *
     * @param tokens along a side, which divides that of the canvas
     * @return {@code (L)}, row by row
     */
    boolean[] kept(int tokens) {
        int cell = side / tokens;
        boolean[] kept = new boolean[tokens * tokens];
        Arrays.fill(kept, true);
        for (int pixel = 0; pixel < anew.length; pixel++) {
            kept[pixel / side / cell * tokens + pixel % side / cell] &= !anew[pixel];
        }
        return kept;
    }

    /**
     * The picture with its pixels drawn anew taken from another image, and all others as they were.
     *
     * @param drawn {@code (S, S, 3)}
     */
    RgbImage completed(RgbImage drawn) {
        byte[] completed = samples.clone();
        for (int pixel = 0; pixel < anew.length; pixel++) {
            if (anew[pixel]) {
                copyPixel(drawn.samples(), pixel, completed, pixel);
            }
        }
        return new RgbImage(side, side, completed);
    }
}
