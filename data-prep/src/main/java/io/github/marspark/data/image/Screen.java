package io.github.marspark.data.image;

import static io.github.marspark.data.image.RgbImage.CHANNELS;

import java.util.Arrays;

/**
 * The screen of an animation and the place of its first frame there.
 *
 * @param width columns of the screen
 * @param height rows of the screen
 * @param left columns before the frame
 * @param top rows above the frame
 */
record Screen(int width, int height, int left, int top) {
    /** The frame, which must lie on the screen, with white around it. */
    RgbImage with(RgbImage frame) {
        if (frame.width() == width && frame.height() == height) {
            return frame;
        }
        byte[] samples = new byte[width * height * CHANNELS];
        Arrays.fill(samples, (byte) 255);
        int rowBytes = frame.width() * CHANNELS;
        for (int y = 0; y < frame.height(); y++) {
            int to = ((top + y) * width + left) * CHANNELS;
            System.arraycopy(frame.samples(), y * rowBytes, samples, to, rowBytes);
        }
        return new RgbImage(width, height, samples);
    }
}
