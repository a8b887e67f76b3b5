package io.github.marspark.model.tensor;

import io.github.marspark.model.tensor.ConvolutionShape.Extent;
import java.util.stream.IntStream;

/**
 * How outputs meet inputs along one axis of an image: through its i-th tap, output o meets input
 * {@code step o + offsets[i]}, or a zero where that lies outside the image. Offsets are successive numbers.
 *
 * @param length number of outputs
 * @param limit number of inputs
 * @param step inputs from one output to the next
 * @param taps which row or column of the kernel each tap is
 * @param offsets of each tap, ascending
 */
record Axis(int length, int limit, int step, int[] taps, int[] offsets) {
    /** How a convolution's outputs meet its inputs. */
    static Axis forward(Extent extent) {
        int[] taps = IntStream.range(0, extent.kernel()).toArray();
        int[] offsets = IntStream.of(taps).map(tap -> tap - extent.before()).toArray();
        return new Axis(extent.outputs(), extent.length(), extent.stride(), taps, offsets);
    }

    /** How the gradients of the inputs {@code remainder, remainder + stride, …} meet those of the outputs. */
    static Axis backward(Extent extent, int remainder) {
        int stride = extent.stride();
        int first = remainder + extent.before();
        int[] taps = IntStream.range(1 - extent.kernel(), 1)
                .map(tap -> -tap)
                .filter(tap -> Math.floorMod(first - tap, stride) == 0)
                .toArray();
        int[] offsets = IntStream.of(taps).map(tap -> (first - tap) / stride).toArray();
        int length = (extent.length() - remainder + stride - 1) / stride;
        return new Axis(length, extent.outputs(), 1, taps, offsets);
    }

    /** Number of taps. */
    int count() {
        return taps.length;
    }

    /** The input, possibly outside the image, that the first output meets first. */
    int first() {
        return offsets[0];
    }

    /** Number of inputs from the first that any output meets to the last. */
    int span() {
        return step * (length - 1) + count();
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
        return steps(0);
    }

    /** How many more steps the farthest tap reaches than the nearest. */
    int reach() {
        return steps(count() - 1) - leastSteps();
    }
}
