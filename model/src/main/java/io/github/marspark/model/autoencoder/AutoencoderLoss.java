package io.github.marspark.model.autoencoder;

import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;

/**
 * The loss of a batch of images and its gradient: the mean loss of the values of their reconstructions, and what the bottleneck
 * adds. Not thread-safe.
 */
final class AutoencoderLoss {
    private final Autoencoder autoencoder;
    private final Parameters parameters;
    private final Bottleneck bottleneck;
    private final ReconstructionLoss loss;
    private final Kernels kernels;

    /**
     * A loss.
     *
     * @param parameters of the autoencoder, whose gradients are written
     */
    AutoencoderLoss(
            Autoencoder autoencoder,
            Parameters parameters,
            Bottleneck bottleneck,
            ReconstructionLoss loss,
            Kernels kernels) {
        this.autoencoder = autoencoder;
        this.parameters = parameters;
        this.bottleneck = bottleneck;
        this.loss = loss;
        this.kernels = kernels;
    }

    /**
     * A loss's two parts.
     *
     * @param reconstruction mean loss of a value of an image
     * @param latents what the bottleneck adds
     */
    record Value(double reconstruction, double latents) {
        double sum() {
            return reconstruction + latents;
        }
    }

    /**
     * Computes the loss of a step's images, and writes its gradient with respect to all parameters.
     *
     * @param pixels {@code (B H W, C)}
     * @param step number of the step
     * @param samples numbers of its images, {@code (B)}
     */
    Value differentiate(float[] pixels, long step, int[] samples) {
        int side = autoencoder.config().resolution();
        int batch = samples.length;
        parameters.forgetGradients();
        try (Tape encoder = Tape.recording(kernels);
                Tape decoder = Tape.recording(kernels)) {
            Variable images = encoder.constant(pixels, batch * side * side);
            Variable moments = autoencoder.encode(encoder, images, batch, side, side); // (B h w, m Z)
            Bottleneck.Passage passage = bottleneck.pass(moments.value().toFloats(), step, samples);
            Matrix latents = kernels.allocate(passage.latents(), moments.rows()); // (B h w, Z)
            Variable given = Variable.parameter(latents, kernels.allocate(latents.rows(), latents.columns()));
            Variable drawn = autoencoder.decode(decoder, given, batch, side, side); // (B H W, C)
            Difference difference = difference(drawn.value().toFloats(), pixels);
            backward(decoder, drawn, difference.gradient);
            float[] back = passage.backward(given.gradient().toFloats());
            kernels.release(latents);
            kernels.release(given.gradient());
            backward(encoder, moments, back);
            parameters.fetchGradients();
            return new Value(difference.loss, passage.loss());
        }
    }

    private void backward(Tape tape, Variable output, float[] values) {
        Matrix gradient = kernels.allocate(values, output.rows());
        tape.backward(output, gradient);
        kernels.release(gradient);
    }

    /** Mean loss of the values of reconstructions, and its gradient with respect to them. */
    private record Difference(double loss, float[] gradient) {}

    private Difference difference(float[] drawn, float[] originals) {
        double sum = 0;
        float[] gradient = new float[drawn.length];
        for (int i = 0; i < drawn.length; i++) {
            double difference = drawn[i] - originals[i];
            sum += loss.value(difference);
            gradient[i] = (float) (loss.slope(difference) / drawn.length);
        }
        return new Difference(sum / drawn.length, gradient);
    }
}
