package io.github.marspark.data.image;

import java.util.ArrayList;
import java.util.List;

/** Square images of one size side by side and below each other, pixel by pixel and without gaps. */
public final class Mosaic {
    private Mosaic() {}

    /**
     * Lays images together.
     *
     * @param images square and of one size, row after row; whole rows of them
     * @param columns images a row
     * @return one picture
     * @throws IllegalArgumentException if the images do not fit together
     */
    public static RgbImage of(List<RgbImage> images, int columns) {
        int side = images.isEmpty() ? 0 : images.get(0).width();
        boolean fit = images.stream().allMatch(image -> image.width() == side && image.height() == side);
        if (images.isEmpty() || images.size() % columns != 0 || !fit) {
            throw new IllegalArgumentException("%d images do not fill rows of %d, or are not square and of one size"
                    .formatted(images.size(), columns));
        }
        int width = columns * side;
        byte[] samples = new byte[images.size() * side * side * RgbImage.CHANNELS];
        for (int i = 0; i < images.size(); i++) {
            for (int y = 0; y < side; y++) {
                int at = ((i / columns * side + y) * width + i % columns * side) * RgbImage.CHANNELS;
                copyRow(images.get(i).samples(), y * side * RgbImage.CHANNELS, samples, at, side);
            }
        }
        return new RgbImage(width, images.size() / columns * side, samples);
    }

    /**
     * The images of a mosaic.
     *
     * @param mosaic made of such images
     * @param side of each, in pixels
     * @return row after row
     * @throws IllegalArgumentException if it is not made of whole images
     */
    public static List<RgbImage> cut(RgbImage mosaic, int side) {
        if (mosaic.width() % side != 0 || mosaic.height() % side != 0) {
            throw new IllegalArgumentException("a picture of %d × %d pixels is not made of images of %d × %d"
                    .formatted(mosaic.width(), mosaic.height(), side, side));
        }
        List<RgbImage> images = new ArrayList<>();
        for (int top = 0; top < mosaic.height(); top += side) {
            for (int left = 0; left < mosaic.width(); left += side) {
                byte[] own = new byte[side * side * RgbImage.CHANNELS];
                for (int y = 0; y < side; y++) {
                    int at = ((top + y) * mosaic.width() + left) * RgbImage.CHANNELS;
                    copyRow(mosaic.samples(), at, own, y * side * RgbImage.CHANNELS, side);
                }
                images.add(new RgbImage(side, side, own));
            }
        }
        return images;
    }

    private static void copyRow(byte[] from, int start, byte[] to, int target, int pixels) {
        System.arraycopy(from, start, to, target, pixels * RgbImage.CHANNELS);
    }
}
