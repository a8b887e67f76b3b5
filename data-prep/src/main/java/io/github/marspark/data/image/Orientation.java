package io.github.marspark.data.image;

import static io.github.marspark.data.image.RgbImage.CHANNELS;

/**
 * How a stored image must be turned to be upright, in the order of the Exif tag's values 1 to 8.
 *
 * @see <a href="https://www.cipa.jp/std/documents/download_e.html?DC-008-Translation-2023-E">Exif 3.0, tag 274</a>
 */
enum Orientation {
    NORMAL(false, false, false),
    MIRRORED(false, true, false),
    TURNED_180(false, true, true),
    FLIPPED(false, false, true),
    TRANSPOSED(true, false, false),
    TURNED_90(true, false, true),
    TRANSVERSED(true, true, true),
    TURNED_270(true, true, false);

    private final boolean transposed;
    private final boolean fromRight;
    private final boolean fromBottom;

    Orientation(boolean transposed, boolean fromRight, boolean fromBottom) {
        this.transposed = transposed;
        this.fromRight = fromRight;
        this.fromBottom = fromBottom;
    }

    /** The orientation of a tag's value; a value outside 1 to 8 means nothing and turns nothing. */
    static Orientation ofTag(int value) {
        return value >= 1 && value <= values().length ? values()[value - 1] : NORMAL;
    }

    /** The image turned upright. */
    RgbImage upright(RgbImage image) {
        if (this == NORMAL) {
            return image;
        }
        int width = transposed ? image.height() : image.width();
        int height = transposed ? image.width() : image.height();
        byte[] samples = new byte[image.samples().length];
        for (int y = 0, to = 0; y < height; y++) {
            for (int x = 0; x < width; x++, to += CHANNELS) {
                System.arraycopy(image.samples(), source(image, x, y), samples, to, CHANNELS);
            }
        }
        return new RgbImage(width, height, samples);
    }

    private int source(RgbImage image, int x, int y) {
        int column = transposed ? y : x;
        int row = transposed ? x : y;
        int storedColumn = fromRight ? image.width() - 1 - column : column;
        int storedRow = fromBottom ? image.height() - 1 - row : row;
        return (storedRow * image.width() + storedColumn) * CHANNELS;
    }
}
