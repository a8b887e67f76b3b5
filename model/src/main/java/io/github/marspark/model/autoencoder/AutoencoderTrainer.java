package io.github.marspark.model.autoencoder;

import io.github.marspark.model.optimization.Descent;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.stream.IntStream;

/**
 * Trains an autoencoder on images in one process. Starting values, the images of a step and the noise of their latents
 * are functions of the seed and the step, so the same training on any number of threads ends in the same parameters. Not
 * thread-safe.
 */
public final class AutoencoderTrainer {
    private final AutoencoderConfig config;
    private final AutoencoderTraining training;
    private final ImageSource images;
    private final Kernels kernels;
    private final Parameters parameters;
    private final Autoencoder autoencoder;
    private final LatentDistribution distribution;
    private final Descent descent;
    private final Draws draws;
    private long shuffledEpoch = -1;
    private int[] shuffled = {};

    /**
     * Starts a training.
     *
     * @param images of the configuration's resolution and channels, at least one
     * @throws IllegalArgumentException if there are no images
     */
    public AutoencoderTrainer(
            AutoencoderConfig config, AutoencoderTraining training, ImageSource images, Kernels kernels) {
        if (images.count() < 1) {
            throw new IllegalArgumentException("images are " + images.count() + ", must be at least 1");
        }
        this.config = config;
        this.training = training;
        this.images = images;
        this.kernels = kernels;
        this.draws = new Draws(training.seed());
        Parameters start = Parameters.zeros(AutoencoderParameters.layout(config));
        start.initialize(draws);
        this.parameters = start.on(kernels);
        this.autoencoder = new Autoencoder(config, parameters::variable);
        this.distribution = new LatentDistribution(config.latentChannels());
        this.descent = Descent.of(parameters, training.optimizer(), training.learningRate(), training.clipping());
    }

    /** What is trained. */
    public Autoencoder autoencoder() {
        return autoencoder;
    }

    /** Its learned values. */
    public Parameters parameters() {
        return parameters;
    }

    // ---- training

    /**
     * Trains one step.
     *
     * @throws IllegalStateException if the loss is no number any more
     */
    public AutoencoderStep step() {
        int[] batch = batch(descent.number());
        int side = config.resolution();
        float[] pixels = pixels(images, batch);
        int rows = batch.length * side * side;
        parameters.forgetGradients();
        try (Tape encoder = Tape.recording(kernels);
                Tape decoder = Tape.recording(kernels)) {
            Variable moments = autoencoder.encode(
                    encoder, encoder.constant(pixels, rows), batch.length, side, side); // (B h w, 2 Z)
            float[] distributions = moments.value().toFloats();
            float[] noise = noise(batch);
            Matrix latents = kernels.allocate(distribution.sample(distributions, noise), moments.rows()); // (B h w, Z)
            Variable sample = Variable.parameter(latents, kernels.allocate(latents.rows(), latents.columns()));
            Variable drawn = autoencoder.decode(decoder, sample, batch.length, side, side); // (B H W, C)
            Difference difference = difference(drawn.value().toFloats(), pixels);
            backward(decoder, drawn, difference.gradient);
            double share = training.klWeight() / pixels.length;
            float[] back = distribution.backward(
                    distributions, noise, sample.gradient().toFloats(), share);
            kernels.release(latents);
            kernels.release(sample.gradient());
            backward(encoder, moments, back);
            parameters.fetchGradients();
            double divergence = distribution.divergence(distributions);
            return descend(difference.loss, divergence / batch.length, difference.loss + share * divergence);
        }
    }

    private void backward(Tape tape, Variable output, float[] values) {
        Matrix gradient = kernels.allocate(values, output.rows());
        tape.backward(output, gradient);
        kernels.release(gradient);
    }

    /** The numbers of a step's images: each image once an epoch, in the epoch's order. */
    private int[] batch(long number) {
        long first = Math.multiplyExact(number, (long) training.batch());
        return IntStream.range(0, training.batch())
                .map(i -> shuffled((first + i) / images.count(), (int) ((first + i) % images.count())))
                .toArray();
    }

    private int shuffled(long epoch, int position) {
        if (epoch != shuffledEpoch) {
            shuffled = draws.shuffle(epoch, 0, images.count());
            shuffledEpoch = epoch;
        }
        return shuffled[position];
    }

    /** Standard normal noise for each latent, {@code (B h w, Z)}. */
    private float[] noise(int[] batch) {
        int values = config.latentValues();
        float[] noise = new float[batch.length * values];
        for (int i = 0; i < batch.length; i++) {
            System.arraycopy(draws.posteriorNoise(descent.number(), batch[i], values), 0, noise, i * values, values);
        }
        return noise;
    }

    /** Images as a row for each pixel, {@code (B H W, C)}. */
    private float[] pixels(ImageSource source, int[] numbers) {
        float[] planes = new float[numbers.length * config.imageValues()];
        for (int i = 0; i < numbers.length; i++) {
            source.read(numbers[i], planes, i * config.imageValues());
        }
        int pixels = config.resolution() * config.resolution();
        return ChannelOrder.pixelRows(planes, config.imageChannels(), pixels);
    }

    /** Mean loss of the values of reconstructions, and its gradient with respect to them. */
    private record Difference(double loss, float[] gradient) {}

    private Difference difference(float[] drawn, float[] originals) {
        double sum = 0;
        float[] gradient = new float[drawn.length];
        for (int i = 0; i < drawn.length; i++) {
            double difference = drawn[i] - originals[i];
            sum += training.loss().value(difference);
            gradient[i] = (float) (training.loss().slope(difference) / drawn.length);
        }
        return new Difference(sum / drawn.length, gradient);
    }

    private AutoencoderStep descend(double reconstruction, double divergence, double loss) {
        Descent.Step step = descent.descend(loss, kernels.threads());
        parameters.renewValues();
        return new AutoencoderStep(
                step.number(), loss, reconstruction, divergence, step.gradientNorm(), step.learningRate());
    }

    // ---- measures

    /**
     * Measures reconstructions from the latents' means.
     *
     * @param source images of the configuration's size, at least one; held out from training for an honest number
     */
    public ReconstructionQuality measure(ImageSource source) {
        double[] sums = new double[2];
        for (int start = 0; start < source.count(); start += training.batch()) {
            int end = Math.min(source.count(), start + training.batch());
            float[] pixels = pixels(source, IntStream.range(start, end).toArray());
            addDifferences(reconstruct(pixels, end - start), pixels, sums);
        }
        double values = (double) source.count() * config.imageValues();
        return new ReconstructionQuality(source.count(), sums[0] / values, sums[1] / values);
    }

    private float[] reconstruct(float[] pixels, int batch) {
        int side = config.resolution();
        int rows = batch * side * side;
        try (Tape tape = Tape.computing(kernels)) {
            Variable moments = autoencoder.encode(tape, tape.constant(pixels, rows), batch, side, side);
            float[] means = distribution.means(moments.value().toFloats());
            return autoencoder
                    .decode(tape, tape.constant(means, moments.rows()), batch, side, side)
                    .value()
                    .toFloats();
        }
    }

    private static void addDifferences(float[] drawn, float[] originals, double[] sums) {
        for (int i = 0; i < drawn.length; i++) {
            double difference = Math.max(-1, Math.min(1, drawn[i])) - (double) originals[i];
            sums[0] += Math.abs(difference);
            sums[1] += difference * difference;
        }
    }

    /**
     * The standard deviation of the latents of images, over all values and the distributions they are sampled from. Its
     * reciprocal is the factor that gives latents the deviation 1 that the diffusion expects.
     *
     * @param source images of the configuration's size, at least one; usually those of the training
     */
    public double latentDeviation(ImageSource source) {
        int side = config.resolution();
        double sum = 0;
        double squares = 0;
        for (int start = 0; start < source.count(); start += training.batch()) {
            int end = Math.min(source.count(), start + training.batch());
            float[] pixels = pixels(source, IntStream.range(start, end).toArray());
            int rows = (end - start) * side * side;
            try (Tape tape = Tape.computing(kernels)) {
                float[] moments = autoencoder
                        .encode(tape, tape.constant(pixels, rows), end - start, side, side)
                        .value()
                        .toFloats();
                sum += distribution.sum(moments);
                squares += distribution.sumOfSquares(moments);
            }
        }
        double values = (double) source.count() * config.latentValues();
        return Math.sqrt(squares / values - sum / values * (sum / values));
    }
}
