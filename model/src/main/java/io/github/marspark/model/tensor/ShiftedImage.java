package io.github.marspark.model.tensor;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Rows of an image copied once for each column of the kernel, shifted by it, with zeros around the image: every tap's
 * pixels are then adjacent rows of a copy, and the convolution is one product for each tap.
 */
final class ShiftedImage implements Gathered {
    private final Matrix source;
    private final Axis rows;
    private final Axis columns;
    private final int kernel;
    private final int channels;
    /** Rows of pixels a copy. */
    private final int copyRows;

    private final Matrix memory;
    private final float[] zeros;

    /**
     * Copies rows of an image to scratch memory.
     *
     * @param source {@code (B H W, C)} without gaps
     * @param most rows of an output image at a time
     * @param memory at least {@link #size(Axis, Axis, int, int)} values
     */
    ShiftedImage(Matrix source, Axis rows, Axis columns, int kernel, int most, Matrix memory) {
        this.source = source;
        this.rows = rows;
        this.columns = columns;
        this.kernel = kernel;
        this.channels = source.columns();
        this.copyRows = most + rows.reach();
        this.memory = memory;
        this.zeros = new float[columns.length() * channels];
    }

    static int size(Axis rows, Axis columns, int channels, int most) {
        return columns.count() * rows.step() * (most + rows.reach()) * columns.length() * channels;
    }

    @Override
    public void load(int image, int from, int to) {
        int count = to - from + rows.reach();
        for (int column = 0; column < columns.count(); column++) {
            for (int remainder = 0; remainder < rows.step(); remainder++) {
                for (int i = 0; i < count; i++) {
                    int row = rows.step() * (from + i + rows.leastSteps()) + remainder;
                    copyRow(image, row, columns.offsets()[column], index(column, remainder, i));
                }
            }
        }
    }

    private int index(int column, int remainder, int row) {
        return ((column * rows.step() + remainder) * copyRows + row) * columns.length() * channels;
    }

    private void copyRow(int image, int row, int offset, int target) {
        FloatBuffer copy = memory.host();
        if (row < 0 || row >= rows.limit()) {
            copy.put(target, zeros);
            return;
        }
        int first = columns.first(offset);
        int last = columns.last(offset);
        copy.put(target, zeros, 0, first * channels);
        int pixel = (image * rows.limit() + row) * columns.limit() + columns.step() * first + offset;
        copyPixels(pixel, last - first, target + first * channels);
        copy.put(target + last * channels, zeros, 0, (columns.length() - last) * channels);
    }

    private void copyPixels(int pixel, int count, int target) {
        int run = columns.step() == 1 ? count : 1;
        for (int i = 0; i < count; i += run) {
            int start = (pixel + columns.step() * i) * channels;
            memory.host().put(target + i * channels, source.host(), start, run * channels);
        }
    }

    @Override
    public int count() {
        return rows.count() * columns.count();
    }

    @Override
    public FloatPointer factor(int product) {
        int row = product / columns.count();
        int steps = rows.steps(row) - rows.leastSteps();
        return memory.pointerAt(index(product % columns.count(), rows.remainder(row), steps));
    }

    @Override
    public int inner() {
        return channels;
    }

    @Override
    public int tap(int product) {
        int row = rows.taps()[product / columns.count()];
        return row * kernel + columns.taps()[product % columns.count()];
    }
}
