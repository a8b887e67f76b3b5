package io.github.marspark.model.tensor;

import org.bytedeco.javacpp.FloatPointer;

/**
 * The window of pixels that each output pixel sees, one row for each: the convolution is one product. It copies every
 * pixel once for each tap, which is cheap where there are few channels, as in an image.
 */
final class Windows implements Gathered {
    private final Matrix source;
    private final Axis rows;
    private final Axis columns;
    private final int channels;
    private final Matrix memory;
    private final float[] window;
    private final float[] row;

    /**
     * Copies windows to scratch memory.
     *
     * @param source {@code (B H W, C)} without gaps
     * @param memory at least {@link #size(Axis, Axis, int, int)} values
     */
    Windows(Matrix source, Axis rows, Axis columns, Matrix memory) {
        this.source = source;
        this.rows = rows;
        this.columns = columns;
        this.channels = source.columns();
        this.memory = memory;
        this.window = new float[columns.length() * inner()];
        this.row = new float[columns.limit() * channels];
    }

    static int size(Axis rows, Axis columns, int channels, int most) {
        return most * columns.length() * rows.count() * columns.count() * channels;
    }

    @Override
    public void load(int image, int from, int to) {
        for (int output = from; output < to; output++) {
            for (int tap = 0; tap < rows.count(); tap++) {
                int input = rows.step() * output + rows.offsets()[tap];
                loadRow(image, input);
                spread(tap * columns.count() * channels);
            }
            memory.host().put((output - from) * window.length, window);
        }
    }

    /** A row of pixels of the image, zeros outside. */
    private void loadRow(int image, int input) {
        if (input < 0 || input >= rows.limit()) {
            java.util.Arrays.fill(row, 0);
        } else {
            source.host().get((image * rows.limit() + input) * row.length, row);
        }
    }

    /** Writes a row of pixels into the windows that see it, {@code place} values from their starts. */
    private void spread(int place) {
        int inner = inner();
        for (int tap = 0; tap < columns.count(); tap++) {
            int offset = columns.offsets()[tap];
            int first = columns.first(offset);
            int last = columns.last(offset);
            for (int i = 0; i < columns.length(); i++) {
                int target = i * inner + place + tap * channels;
                int start = (columns.step() * i + offset) * channels;
                for (int channel = 0; channel < channels; channel++) {
                    window[target + channel] = i < first || i >= last ? 0 : row[start + channel];
                }
            }
        }
    }

    @Override
    public int count() {
        return 1;
    }

    @Override
    public FloatPointer factor(int product) {
        return memory.pointer();
    }

    @Override
    public int inner() {
        return rows.count() * columns.count() * channels;
    }

    @Override
    public int tap(int product) {
        return 0;
    }
}
