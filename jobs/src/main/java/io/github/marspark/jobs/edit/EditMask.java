package io.github.marspark.jobs.edit;

import io.github.marspark.data.image.RgbImage;

/** What an image of black and white says about which pixels of a picture are drawn anew. */
final class EditMask {
    /** So far from black or white a level may be: JPEG leaves such behind. */
    private static final int TOLERANCE = 31;

    private EditMask() {}

    /**
     * The white pixels; transparent ones are white.
     *
     * @param mask of the picture's size
     * @param address where it came from, for the message
     * @return row by row
     * @throws IllegalArgumentException if a pixel is neither black nor white
     */
    static boolean[] white(RgbImage mask, String address) {
        boolean[] white = new boolean[mask.width() * mask.height()];
        for (int pixel = 0; pixel < white.length; pixel++) {
            white[pixel] = isWhite(mask, pixel % mask.width(), pixel / mask.width(), address);
        }
        return white;
    }

    private static boolean isWhite(RgbImage mask, int x, int y, String address) {
        int least = 255;
        int most = 0;
        for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
            least = Math.min(least, mask.level(x, y, channel));
            most = Math.max(most, mask.level(x, y, channel));
        }
        if (most > TOLERANCE && least < 255 - TOLERANCE) {
            throw new IllegalArgumentException(
                    "edit.mask %s is neither black nor white in column %d of row %d: red, green and blue are %d, %d and %d; paint white what is to be drawn anew and black what is kept, without soft edges"
                            .formatted(address, x, y, mask.level(x, y, 0), mask.level(x, y, 1), mask.level(x, y, 2)));
        }
        return most > TOLERANCE;
    }
}
