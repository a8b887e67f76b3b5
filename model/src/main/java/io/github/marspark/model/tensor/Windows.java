package io.github.marspark.model.tensor;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;

/**
 * What output pixels see of an image, copied to one row for each pixel so that a convolution is a sum of a few products.
 *
 * <p>With many channels a row holds what one row of the kernel sees, so that each input pixel is copied once for each
 * column of the kernel and every row of the kernel is a product of its own on other rows of the copy. With few channels a
 * row holds the whole window, and one product is all.
 */
final class Windows {
    /** Channels up to which rows hold whole windows. */
    private static final int FEW_CHANNELS = 8;

    private final Matrix source;
    private final Axis rows;
    private final Axis columns;
    private final int channels;
    private final boolean whole;
    /** Rows of windows for each remainder of the rows' step. */
    private final int height;

    private final Matrix memory;
    private final float[] input;
    private final float[] output;

    /**
     * Windows into the images of a batch.
     *
     * @param source {@code (B H W, C)} without gaps
     * @param most rows of an output image at a time
     * @param memory at least {@link #size(Axis, Axis, int, int)} values of scratch
     */
    Windows(Matrix source, Axis rows, Axis columns, int most, Matrix memory) {
        this.source = source;
        this.rows = rows;
        this.columns = columns;
        this.channels = source.columns();
        this.whole = channels <= FEW_CHANNELS;
        this.height = most + rows.reach();
        this.memory = memory;
        this.input = new float[columns.span() * channels];
        this.output = new float[columns.length() * inner()];
    }

    /** Values of scratch memory for at most so many rows of an output image at a time. */
    static int size(Axis rows, Axis columns, int channels, int most) {
        int perRow = columns.length() * columns.count() * channels;
        return channels <= FEW_CHANNELS ? most * perRow * rows.count() : rows.step() * (most + rows.reach()) * perRow;
    }

    /** Copies what the rows {@code from} (inclusive) to {@code to} (exclusive) of an output image see. */
    void load(int image, int from, int to) {
        if (whole) {
            for (int row = from; row < to; row++) {
                for (int tap = 0; tap < rows.count(); tap++) {
                    loadRow(image, rows.step() * row + rows.offsets()[tap]);
                    spread(tap * columns.count() * channels);
                }
                memory.host().put((row - from) * output.length, output);
            }
        } else {
            for (int remainder = 0; remainder < rows.step(); remainder++) {
                for (int i = 0; i < to - from + rows.reach(); i++) {
                    loadRow(image, rows.step() * (from + i + rows.leastSteps()) + remainder);
                    spread(0);
                    memory.host().put((remainder * height + i) * output.length, output);
                }
            }
        }
    }

    /** Copies a row of an image, from the first column that any output sees to the last; zeros outside the image. */
    private void loadRow(int image, int row) {
        Arrays.fill(input, 0);
        if (row >= 0 && row < rows.limit()) {
            int first = Math.max(0, columns.first());
            int end = Math.min(columns.limit(), columns.first() + columns.span());
            int start = ((image * rows.limit() + row) * columns.limit() + first) * channels;
            source.host().get(start, input, (first - columns.first()) * channels, (end - first) * channels);
        }
    }

    /** Writes the row of an image into the windows, {@code place} values from their starts. */
    private void spread(int place) {
        int inner = inner();
        int seen = columns.count() * channels;
        int step = columns.step() * channels;
        for (int i = 0; i < columns.length(); i++) {
            System.arraycopy(input, i * step, output, i * inner + place, seen);
        }
    }

    /** Number of products. */
    int count() {
        return whole ? 1 : rows.count();
    }

    /** Columns of a product's left factor. */
    int inner() {
        return (whole ? rows.count() : 1) * columns.count() * channels;
    }

    /** The left factor of a product: a row for each output pixel, without gaps. */
    FloatPointer factor(int product) {
        int row = whole ? 0 : rows.remainder(product) * height + rows.steps(product) - rows.leastSteps();
        return memory.pointerAt((long) row * output.length);
    }
}
