package io.github.marspark.model.autoencoder;

import io.github.marspark.model.optimization.Descent;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.Optional;
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
    private final Optional<CodeLearning> codes;
    private final AutoencoderLoss loss;
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
        this.distribution = new LatentDistribution(config.latentChannels(), config.spread());
        this.descent = Descent.of(parameters, training.optimizer(), training.learningRate(), training.clipping());
        this.codes = config.isQuantised()
                ? Optional.of(new CodeLearning(config, training.quantization(), parameters, descent, draws, kernels))
                : Optional.empty();
        Bottleneck bottleneck = codes.<Bottleneck>map(learned -> learned)
                .orElseGet(() -> new NormalBottleneck(config, draws, training.klWeight()));
        this.loss = new AutoencoderLoss(autoencoder, parameters, bottleneck, training.loss(), kernels);
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
        AutoencoderLoss.Value value = loss.differentiate(pixels(images, batch), descent.number(), batch);
        Descent.Step step = descent.descend(value.sum(), kernels.threads());
        parameters.renewValues();
        return new AutoencoderStep(
                step.number(),
                value.sum(),
                value.reconstruction(),
                value.latents(),
                step.gradientNorm(),
                step.learningRate());
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

    /** Images as a row for each pixel, {@code (B H W, C)}. */
    private float[] pixels(ImageSource source, int[] numbers) {
        float[] planes = new float[numbers.length * config.imageValues()];
        for (int i = 0; i < numbers.length; i++) {
            source.read(numbers[i], planes, i * config.imageValues());
        }
        int pixels = config.resolution() * config.resolution();
        return ChannelOrder.pixelRows(planes, config.imageChannels(), pixels);
    }

    /**
     * How often each code was the nearest one in all batches since dead ones last began anew, which the next restart depends
     * on; empty for a KL autoencoder.
     */
    public Optional<CodeUsage> codesSinceRestart() {
        return codes.map(CodeLearning::sinceRestart);
    }

    /** How often each code was the nearest one in all batches since this was last cleared; empty for a KL autoencoder. */
    public Optional<CodeUsage> codesOfEpoch() {
        return codes.map(CodeLearning::ofEpoch);
    }

    /** Whether the last step was the last of an epoch: each image was seen once more. */
    public boolean hasEndedEpoch() {
        long seen = Math.multiplyExact(descent.number(), (long) training.batch());
        return seen / images.count() > (seen - training.batch()) / images.count();
    }

    // ---- measures

    /**
     * Measures reconstructions from the latents' means, or from the codes nearest to them.
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
            float[] latents = autoencoder.decodable(
                    kernels, distribution.means(moments.value().toFloats()));
            return autoencoder
                    .decode(tape, tape.constant(latents, moments.rows()), batch, side, side)
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
     * Measures the latents of images.
     *
     * @param source images of the configuration's size, at least one; usually those of the training
     */
    public LatentMeasure measureLatents(ImageSource source) {
        int side = config.resolution();
        LatentMeasure.Sums sums = new LatentMeasure.Sums(config);
        for (int start = 0; start < source.count(); start += training.batch()) {
            int end = Math.min(source.count(), start + training.batch());
            float[] pixels = pixels(source, IntStream.range(start, end).toArray());
            int rows = (end - start) * side * side;
            try (Tape tape = Tape.computing(kernels)) {
                float[] moments = autoencoder
                        .encode(tape, tape.constant(pixels, rows), end - start, side, side)
                        .value()
                        .toFloats();
                sums.add(distribution, moments);
                if (config.isQuantised()) {
                    sums.add(autoencoder.codebook().nearest(moments, kernels.threads()));
                }
            }
        }
        return sums.measure(source.count());
    }
}
