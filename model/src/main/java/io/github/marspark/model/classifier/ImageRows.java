package io.github.marspark.model.classifier;

import io.github.marspark.model.autoencoder.ImageSource;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.random.Purpose;
import io.github.marspark.model.random.RandomStream;

/**
 * Batches of images as a row for each pixel. Those of a training are mirrored and moved by chance, by at most a
 * fourteenth of their side, where the pixels at the edge are repeated; what happens to an image is a function of seed, step
 * and image.
 */
final class ImageRows {
    private static final int MOST_SHIFT = 14;

    private final ClassifierConfig config;
    private final ImageSource images;

    /** How an image is changed. */
    private record Change(int right, int down, boolean mirrors) {
        static final Change NONE = new Change(0, 0, false);
    }

    ImageRows(ClassifierConfig config, ImageSource images) {
        this.config = config;
        this.images = images;
    }

    /**
     * Images as they are.
     *
     * @return {@code (B, H, H, C)}
     */
    float[] plain(int[] numbers) {
        float[] rows = new float[numbers.length * config.imageValues()];
        for (int i = 0; i < numbers.length; i++) {
            write(numbers[i], Change.NONE, rows, i * config.imageValues());
        }
        return rows;
    }

    /**
     * Images as a step of training sees them.
     *
     * @return {@code (B, H, H, C)}
     */
    float[] changed(int[] numbers, Draws draws, long step) {
        float[] rows = new float[numbers.length * config.imageValues()];
        for (int i = 0; i < numbers.length; i++) {
            write(numbers[i], change(draws, step, numbers[i]), rows, i * config.imageValues());
        }
        return rows;
    }

    private Change change(Draws draws, long step, int image) {
        int most = config.resolution() / MOST_SHIFT;
        RandomStream shift = draws.stream(Purpose.SHIFT, step, image, 0);
        int right = shift.nextInt(2 * most + 1) - most;
        return new Change(right, shift.nextInt(2 * most + 1) - most, draws.mirrors(step, image));
    }

    private void write(int number, Change change, float[] rows, int offset) {
        int side = config.resolution();
        int channels = config.imageChannels();
        float[] planes = new float[config.imageValues()];
        images.read(number, planes, 0);
        for (int y = 0; y < side; y++) {
            int line = inside(y - change.down) * side;
            for (int x = 0; x < side; x++) {
                int moved = inside(x - change.right);
                int source = line + (change.mirrors ? side - 1 - moved : moved);
                for (int channel = 0; channel < channels; channel++) {
                    rows[offset + (y * side + x) * channels + channel] = planes[channel * side * side + source];
                }
            }
        }
    }

    private int inside(int place) {
        return Math.max(0, Math.min(config.resolution() - 1, place));
    }
}
