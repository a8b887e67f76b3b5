package io.github.marspark.model.tensor;

import java.util.stream.IntStream;

/**
 * How outputs meet inputs along one axis of an image: through its i-th tap, output o meets input
 * {@code step o + offsets[i]}, or a zero where that lies outside the image.
 *
 * @param length number of outputs
 * @param limit number of inputs
 * @param step inputs from one output to the next
 * @param taps which row or column of the kernel each tap is
 * @param offsets of each tap
 */
record Axis(int length, int limit, int step, int[] taps, int[] offsets) {
    /** The rows or columns of an output and the input's that they are computed from. */
    static Axis forward(ConvolutionShape shape, int length, int limit) {
        int[] taps = IntStream.range(0, shape.kernel()).toArray();
        int[] offsets = IntStream.of(taps).map(tap -> tap - shape.before()).toArray();
        return new Axis(length, limit, shape.stride(), taps, offsets);
    }

    /**
     * The inputs {@code remainder, remainder + stride, …} and the outputs that their gradients come from.
     *
     * @param length number of inputs, of all remainders
     * @param limit number of outputs
     */
    static Axis backward(ConvolutionShape shape, int remainder, int length, int limit) {
        int stride = shape.stride();
        int first = remainder + shape.before();
        int[] taps = IntStream.range(0, shape.kernel())
                .filter(tap -> Math.floorMod(first - tap, stride) == 0)
                .toArray();
        int[] offsets = IntStream.of(taps).map(tap -> (first - tap) / stride).toArray();
        return new Axis((length - remainder + stride - 1) / stride, limit, 1, taps, offsets);
    }

    /** Number of taps. */
    int count() {
        return taps.length;
    }

    /** Whole steps of a tap's offset. */
    int steps(int i) {
        return Math.floorDiv(offsets[i], step);
    }

    /** What a tap's offset has beyond whole steps. */
    int remainder(int i) {
        return Math.floorMod(offsets[i], step);
    }

    /** The least {@link #steps} of all taps. */
    int leastSteps() {
        return IntStream.range(0, count()).map(this::steps).min().orElse(0);
    }

    /** How many more steps the farthest tap reaches than the nearest. */
    int reach() {
        return IntStream.range(0, count()).map(this::steps).max().orElse(0) - leastSteps();
    }

    /** The first output whose input through a tap with that offset lies within the image. */
    int first(int offset) {
        return Math.min(length, Math.max(0, -Math.floorDiv(offset, step)));
    }

    /** One past the last output whose input through a tap with that offset lies within the image. */
    int last(int offset) {
        return Math.max(first(offset), Math.min(length, -Math.floorDiv(offset - limit, step)));
    }
}
