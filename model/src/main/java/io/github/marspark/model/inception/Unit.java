package io.github.marspark.model.inception;

import io.github.marspark.model.parameters.Initialization;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.tensor.ConvolutionShape;
import io.github.marspark.model.tensor.ConvolutionShape.Extent;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Kernels.Operand;
import java.util.List;

/**
 * A convolution without bias, a normalisation by frozen statistics, {@code (x - mean) / sqrt(variance + 0.001) weight +
 * bias}, and what of it is positive.
 *
 * @param name before {@code .conv.weight} and {@code .bn.weight}
 * @param outputs O, channels of the output
 * @param height of the kernel
 * @param width of the kernel
 * @param stride in both directions
 * @param rowZeros rows of zeros above and below an image
 * @param columnZeros zeros left and right of it
 */
record Unit(String name, int outputs, int height, int width, int stride, int rowZeros, int columnZeros)
        implements Layer {
    /** The network adds it to variances. */
    static final double EPSILON = 1e-3;

    /** A unit with a square kernel that sees the image's pixels only. */
    static Unit of(String name, int outputs, int kernel) {
        return new Unit(name, outputs, kernel, kernel, 1, 0, 0);
    }

    /** A unit that keeps the image's size. */
    static Unit same(String name, int outputs, int height, int width) {
        return new Unit(name, outputs, height, width, 1, height / 2, width / 2);
    }

    /** A unit with a kernel of 3 x 3 at every second pixel. */
    static Unit halving(String name, int outputs) {
        return new Unit(name, outputs, 3, 3, 2, 0, 0);
    }

    private ConvolutionShape shape(Form input) {
        return new ConvolutionShape(
                input.batch(),
                new Extent(input.height(), height, stride, rowZeros, rowZeros),
                new Extent(input.width(), width, stride, columnZeros, columnZeros));
    }

    @Override
    public Form output(Form input) {
        ConvolutionShape shape = shape(input);
        return new Form(input.batch(), shape.outputHeight(), shape.outputWidth(), outputs);
    }

    @Override
    public void declare(Form input, List<ParameterSpec> specs) {
        specs.add(new ParameterSpec(
                name + ".conv.weight",
                new int[] {outputs, input.channels(), height, width},
                Initialization.FAN_IN_UNIFORM));
        add(specs, ".bn.weight", Initialization.ONES);
        add(specs, ".bn.bias", Initialization.ZEROS);
        add(specs, ".bn.running_mean", Initialization.ZEROS);
        add(specs, ".bn.running_var", Initialization.ONES);
    }

    private void add(List<ParameterSpec> specs, String ending, Initialization initialization) {
        specs.add(new ParameterSpec(name + ending, new int[] {outputs}, initialization));
    }

    @Override
    public void compute(Inference inference, FeatureMap input, FeatureMap output) {
        Kernels kernels = inference.kernels();
        Inference.Folded folded = inference.unit(name);
        if (height == 1 && width == 1) {
            kernels.linear(input.values(), folded.weight(), Operand.TRANSPOSED, folded.bias(), output.values());
        } else {
            kernels.convolution(input.values(), shape(input.form()), folded.weight(), folded.bias(), output.values());
        }
        kernels.relu(output.values(), output.values());
    }
}
