package io.github.marspark.data.image;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How one image came to be: its states from left to right, and as an animation. */
public final class Filmstrip {
    private static final int GAP = 2;
    private static final int HUNDREDTHS = 25;
    /** Grey of what is not drawn yet, and the darker one of the pattern on it. */
    private static final int NOT_YET = 160;

    private static final int PATTERN = 120;
    private static final int PATTERN_PIXELS = 2;

    private final List<RgbImage> frames = new ArrayList<>();

    /**
     * Adds a state.
     *
     * @param image as far as it is drawn
     * @param known whether each token is drawn, {@code (L)}, row by row of a square of tokens
     */
    public void add(RgbImage image, boolean[] known) {
        int side = (int) Math.round(Math.sqrt(known.length));
        byte[] samples = image.samples().clone();
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                if (!known[y * side / image.height() * side + x * side / image.width()]) {
                    boolean dark = (x / PATTERN_PIXELS + y / PATTERN_PIXELS) % 2 == 0;
                    int at = (y * image.width() + x) * RgbImage.CHANNELS;
                    Arrays.fill(samples, at, at + RgbImage.CHANNELS, (byte) (dark ? PATTERN : NOT_YET));
                }
            }
        }
        frames.add(new RgbImage(image.width(), image.height(), samples));
    }

    /** All states side by side, as a PNG file. */
    public byte[] strip() {
        int step = frames.get(0).width() + GAP;
        BufferedImage strip =
                new BufferedImage(frames.size() * step - GAP, frames.get(0).height(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = strip.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, strip.getWidth(), strip.getHeight());
        for (int i = 0; i < frames.size(); i++) {
            graphics.drawImage(frames.get(i).toBufferedImage(), i * step, 0, null);
        }
        graphics.dispose();
        return PngFile.bytes(strip);
    }

    /** All states one after the other, as a GIF file. */
    public byte[] animation() {
        return AnimatedGif.bytes(frames, HUNDREDTHS);
    }
}
