package io.github.marspark.model.classifier;

import io.github.marspark.model.optimization.Descent;
import io.github.marspark.model.optimization.ExponentialMovingAverage;
import io.github.marspark.model.optimization.ExponentialMovingAverage.Schedule;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Dropout;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Trains a classifier on images in one process. Starting values, the images of a step, how they are changed and what
 * dropout takes away are functions of the seed, the step and the image, so the same training on any number of threads ends
 * in the same parameters. Not thread-safe.
 */
public final class ClassifierTrainer {
    private final ClassifierConfig config;
    private final ClassifierTraining training;
    private final LabelledSource images;
    private final CpuKernels kernels;
    private final Parameters parameters;
    private final Classifier network;
    private final Descent descent;
    private final Draws draws;
    private long shuffledEpoch = -1;
    private int[] shuffled = {};

    /**
     * What one step of training saw.
     *
     * @param number of the step, from 0
     * @param loss what the step descends, in nats
     * @param learningRate of the step
     */
    public record Step(long number, double loss, double learningRate) {}

    /**
     * Starts a training.
     *
     * @param images of the configuration's resolution, channels and classes, at least one
     * @throws IllegalArgumentException if there are no images
     */
    public ClassifierTrainer(
            ClassifierConfig config, ClassifierTraining training, LabelledSource images, CpuKernels kernels) {
        if (images.count() < 1) {
            throw new IllegalArgumentException("images are " + images.count() + ", must be at least 1");
        }
        this.config = config;
        this.training = training;
        this.images = images;
        this.kernels = kernels;
        this.draws = new Draws(training.seed());
        this.parameters = Parameters.zeros(ClassifierParameters.layout(config));
        parameters.initialize(draws);
        this.network = new Classifier(config, parameters::variable);
        this.descent = Descent.averaging(
                parameters,
                training.optimizer(),
                training.learningRate(),
                training.clipping(),
                new ExponentialMovingAverage(training.averageRate(), Schedule.WARMUP));
    }

    /** The moving average of the parameters, which further steps change: what is measured and kept. */
    public INDArray values() {
        return descent.average();
    }

    /** The classifier of {@link #values}. */
    public Classifier classifier() {
        Parameters averages = new Parameters(parameters.layout(), values(), values());
        return new Classifier(config, averages::variable);
    }

    /**
     * Trains one step.
     *
     * @throws IllegalArgumentException if an image has a label that is no class
     * @throws IllegalStateException if the loss is no number any more
     */
    public Step step() {
        long step = descent.number();
        int[] batch = batch(step);
        float[] rows = new ImageRows(config, images).changed(batch, draws, step);
        int[] labels = labels(images, batch);
        parameters.forgetGradients();
        try (Tape tape = Tape.recording(kernels)) {
            Variable input = Variable.constant(Matrix.of(rows, rows.length / config.imageChannels()));
            Variable features = network.features(tape, input, batch.length, dropout(step, batch));
            Variable logits = network.logits(tape, features);
            CrossEntropy entropy = CrossEntropy.of(logits.value().toFloats(), labels, training.spread());
            tape.backward(logits, Matrix.of(entropy.gradient(), batch.length));
            Descent.Step change = descent.descend(entropy.loss(), kernels.threads());
            return new Step(change.number(), entropy.loss(), change.learningRate());
        }
    }

    private Dropout dropout(long step, int[] batch) {
        int[] keys = Arrays.stream(batch)
                .map(image -> draws.dropoutKey(step, image, 0))
                .toArray();
        return training.dropout() == 0 ? Dropout.NONE : new Dropout((float) training.dropout(), keys);
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

    private int[] labels(LabelledSource source, int[] numbers) {
        return Arrays.stream(numbers)
                .map(number -> requireClass(number, source.label(number)))
                .toArray();
    }

    private int requireClass(int number, int label) {
        if (label < 0 || label >= config.classes()) {
            throw new IllegalArgumentException(
                    "the label of image " + number + " is " + label + ", must be in 0 … " + (config.classes() - 1));
        }
        return label;
    }

    /**
     * Measures how often the moving average is right.
     *
     * @param source images that were not trained on, for an honest number
     * @throws IllegalArgumentException if an image has a label that is no class
     */
    public ClassifierQuality measure(LabelledSource source) {
        Classifier classifier = classifier();
        int[][] confusion = new int[config.classes()][config.classes()];
        for (int start = 0; start < source.count(); start += training.batch()) {
            int end = Math.min(source.count(), start + training.batch());
            int[] numbers = IntStream.range(start, end).toArray();
            int[] labels = labels(source, numbers);
            int[] taken = classifier
                    .evaluate(kernels, new ImageRows(config, source).plain(numbers))
                    .labels(config.classes());
            for (int i = 0; i < labels.length; i++) {
                confusion[labels[i]][taken[i]]++;
            }
        }
        return new ClassifierQuality(confusion);
    }
}
