package io.github.marspark.model.inception;

import io.github.marspark.model.parameters.Initialization;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Kernels.Operand;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Tape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The Inception network of 2015, as FID is computed with. Its parameters have the names, shapes and order of the usual
 * published file, {@code pt_inception-2015-12-05-6726825d.pth}.
 *
 * <p>The frozen normalisation behind a convolution is a factor and a shift of each of its channels, so both are made one
 * convolution with bias, in double precision, when the network is made.
 *
 * <p>Immutable; kernels are used by one thread.
 *
 * @see <a href="https://arxiv.org/abs/1512.00567">Rethinking the Inception Architecture for Computer Vision</a>
 * @see <a href="https://arxiv.org/abs/1706.08500">the distance that is computed with it</a>
 */
public final class InceptionNetwork {
    private static final Sequence LAYERS = Architecture.network();
    private static final ParameterLayout LAYOUT = makeLayout();
    private static final String CONVOLUTION = ".conv.weight";
    private static final float GREY = 128;

    private final Map<String, Inference.Folded> units = new HashMap<>();
    private final Matrix classifier;
    private final float[] classifierBias;

    /**
     * A network of given weights.
     *
     * @param values all parameters, float32, as {@link #layout} places them; copied
     * @throws IllegalArgumentException if there are more or fewer
     */
    public InceptionNetwork(INDArray values) {
        if (values.length() != LAYOUT.size()) {
            throw new IllegalArgumentException(
                    "values has " + values.length() + " elements, the network needs " + LAYOUT.size());
        }
        for (ParameterSpec spec : LAYOUT.specs()) {
            if (spec.name().endsWith(CONVOLUTION)) {
                String name = spec.name().substring(0, spec.name().length() - CONVOLUTION.length());
                units.put(name, folded(values, name, spec.shape()[0]));
            }
        }
        this.classifier = Matrix.of(floats(values, "fc.weight"), InceptionFeatures.CLASSES);
        this.classifierBias = floats(values, "fc.bias");
    }

    private static Form inputForm(int batch) {
        return new Form(batch, InceptionInput.SIDE, InceptionInput.SIDE, InceptionInput.CHANNELS);
    }

    private static ParameterLayout makeLayout() {
        List<ParameterSpec> specs = new ArrayList<>();
        LAYERS.declare(inputForm(1), specs);
        int[] shape = {InceptionFeatures.CLASSES, InceptionFeatures.DIMENSION};
        specs.add(new ParameterSpec("fc.weight", shape, Initialization.XAVIER_UNIFORM));
        specs.add(new ParameterSpec("fc.bias", new int[] {InceptionFeatures.CLASSES}, Initialization.ZEROS));
        return new ParameterLayout(specs);
    }

    /** Names, shapes and places of the parameters: 472 tensors of 23,885,392 values. */
    public static ParameterLayout layout() {
        return LAYOUT;
    }

    private static float[] floats(INDArray values, String name) {
        int index = LAYOUT.index(name);
        return Matrix.part(
                        values,
                        LAYOUT.offset(index),
                        1,
                        LAYOUT.specs().get(index).size())
                .toFloats();
    }

    private static Inference.Folded folded(INDArray values, String name, int outputs) {
        float[] weight = floats(values, name + CONVOLUTION);
        float[] factor = floats(values, name + ".bn.weight");
        float[] shift = floats(values, name + ".bn.bias");
        float[] mean = floats(values, name + ".bn.running_mean");
        float[] variance = floats(values, name + ".bn.running_var");
        int inputs = weight.length / outputs;
        float[] bias = new float[outputs];
        for (int output = 0; output < outputs; output++) {
            double scale = factor[output] / Math.sqrt(variance[output] + Unit.EPSILON);
            bias[output] = (float) (shift[output] - mean[output] * scale);
            for (int i = output * inputs; i < (output + 1) * inputs; i++) {
                weight[i] = (float) (weight[i] * scale);
            }
        }
        return new Inference.Folded(Matrix.of(weight, outputs), Matrix.of(bias, 1));
    }

    /**
     * Looks at images.
     *
     * @param kernels float32
     * @param levels {@code (B, 299, 299, 3)} from 0 to 255, as {@link InceptionInput#resize} makes them
     * @throws IllegalArgumentException if the levels are not those of whole images
     */
    public InceptionFeatures evaluate(Kernels kernels, float[] levels) {
        return evaluate(kernels, levels, Tape.Observer.NONE);
    }

    /**
     * Looks at images and shows what it sees.
     *
     * @param kernels float32
     * @param levels {@code (B, 299, 299, 3)} from 0 to 255
     * @param observer sees every stage's feature maps, {@code (B H W, C)}
     * @throws IllegalArgumentException if the levels are not those of whole images
     */
    public InceptionFeatures evaluate(Kernels kernels, float[] levels, Tape.Observer observer) {
        if (levels.length == 0 || levels.length % InceptionInput.VALUES != 0) {
            throw new IllegalArgumentException("levels has " + levels.length
                    + " values, must have a positive multiple of " + InceptionInput.VALUES);
        }
        Inference inference = new Inference(kernels, units, observer);
        FeatureMap input = inference.allocate(inputForm(levels.length / InceptionInput.VALUES));
        input.values().assign(normalized(levels));
        FeatureMap output = inference.allocate(LAYERS.output(input.form()));
        LAYERS.compute(inference, input, output);
        float[] pooled = means(output);
        inference.release(output);
        inference.release(input);
        return classified(kernels, pooled);
    }

    private static float[] normalized(float[] levels) {
        float[] values = new float[levels.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (levels[i] - GREY) / GREY;
        }
        return values;
    }

    /** The mean of each channel of each image, {@code (B, C)}. */
    private static float[] means(FeatureMap map) {
        Form form = map.form();
        int pixels = form.height() * form.width();
        float[] values = map.values().toFloats();
        double[] sums = new double[form.batch() * form.channels()];
        for (int i = 0; i < values.length; i++) {
            int image = i / (pixels * form.channels());
            sums[image * form.channels() + i % form.channels()] += values[i];
        }
        float[] means = new float[sums.length];
        for (int i = 0; i < means.length; i++) {
            means[i] = (float) (sums[i] / pixels);
        }
        return means;
    }

    private InceptionFeatures classified(Kernels kernels, float[] pooled) {
        Matrix features = Matrix.of(pooled, pooled.length / InceptionFeatures.DIMENSION);
        Matrix product = kernels.allocate(features.rows(), InceptionFeatures.CLASSES);
        kernels.multiply(features, Operand.PLAIN, classifier, Operand.TRANSPOSED, product, 0);
        float[] unbiased = product.toFloats();
        kernels.release(product);
        float[] logits = unbiased.clone();
        for (int i = 0; i < logits.length; i++) {
            logits[i] += classifierBias[i % InceptionFeatures.CLASSES];
        }
        return new InceptionFeatures(pooled, unbiased, logits);
    }
}
