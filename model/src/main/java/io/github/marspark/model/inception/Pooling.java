package io.github.marspark.model.inception;

import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.tensor.ConvolutionShape;
import java.util.List;

/** One value for each window of 3 x 3 pixels and each channel. */
enum Pooling implements Layer {
    /** The largest value at every second pixel. */
    HALVING_MAXIMUM(2, 0),
    /** The largest value at every pixel, of those inside the image. */
    MAXIMUM(1, 1),
    /** The mean at every pixel, of those inside the image. */
    AVERAGE(1, 1);

    private static final int WINDOW = 3;

    private final int stride;
    private final int around;

    Pooling(int stride, int around) {
        this.stride = stride;
        this.around = around;
    }

    private ConvolutionShape shape(Form input) {
        return new ConvolutionShape(input.batch(), input.height(), input.width(), WINDOW, stride, around, around);
    }

    @Override
    public Form output(Form input) {
        ConvolutionShape shape = shape(input);
        return new Form(input.batch(), shape.outputHeight(), shape.outputWidth(), input.channels());
    }

    @Override
    public void declare(Form input, List<ParameterSpec> specs) {
        // has none
    }

    @Override
    public void compute(Inference inference, FeatureMap input, FeatureMap output) {
        if (this == AVERAGE) {
            inference.kernels().average(input.values(), shape(input.form()), output.values());
        } else {
            inference.kernels().maximum(input.values(), shape(input.form()), output.values());
        }
    }
}
