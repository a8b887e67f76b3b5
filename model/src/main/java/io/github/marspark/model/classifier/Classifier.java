package io.github.marspark.model.classifier;

import io.github.marspark.model.tensor.ConvolutionShape;
import io.github.marspark.model.tensor.Dropout;
import io.github.marspark.model.tensor.GroupNorm;
import io.github.marspark.model.tensor.GroupNorm.Activation;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.function.Function;

/**
 * A small convolutional network that names the class of an image. In each level a convolution of 3 x 3 halves the side,
 * then another is computed beside a shortcut. What is left is seen at once by {@link ClassifierConfig#FEATURES} features,
 * from which one linear layer tells the classes apart.
 *
 * <p>The Fréchet distance in its features is called {@value #DISTANCE}: each collection has its own, it compares samples
 * with that collection only and no number of it with an FID.
 *
 * <p>Legend: {@code B} images, {@code C} channels of an image, {@code H} its side, {@code D} features, {@code K} classes.
 * Immutable; kernels and tapes are used by one thread.
 */
public final class Classifier {
    /** What a Fréchet distance in the features is called. */
    public static final String DISTANCE = "classifier distance";

    private final ClassifierConfig config;
    private final Function<String, Variable> parameters;

    /**
     * What the network says of a batch.
     *
     * @param features {@code (B, D)}
     * @param logits {@code (B, K)}
     */
    public record Answer(float[] features, float[] logits) {
        /** The most probable class of each image, {@code (B)}; the first of several. */
        public int[] labels(int classes) {
            int[] labels = new int[logits.length / classes];
            for (int i = 0; i < logits.length; i++) {
                int image = i / classes;
                labels[image] = logits[i] > logits[image * classes + labels[image]] ? i % classes : labels[image];
            }
            return labels;
        }
    }

    /**
     * A classifier of a size over its parameters.
     *
     * @param parameters by name, as {@link ClassifierParameters} lays them out
     */
    public Classifier(ClassifierConfig config, Function<String, Variable> parameters) {
        this.config = config;
        this.parameters = parameters;
    }

    /** The sizes. */
    public ClassifierConfig config() {
        return config;
    }

    private Variable weight(String name) {
        return parameters.apply(name + ".weight");
    }

    private Variable bias(String name) {
        return parameters.apply(name + ".bias");
    }

    /**
     * Looks at images.
     *
     * @param pixels {@code (B, H, H, C)}, from -1 to 1, a row for each pixel
     * @throws IllegalArgumentException if the values are not those of whole images
     */
    public Answer evaluate(Kernels kernels, float[] pixels) {
        if (pixels.length == 0 || pixels.length % config.imageValues() != 0) {
            throw new IllegalArgumentException("pixels has " + pixels.length
                    + " values, must have a positive multiple of " + config.imageValues());
        }
        int batch = pixels.length / config.imageValues();
        try (Tape tape = Tape.computing(kernels)) {
            Variable input = tape.constant(pixels, pixels.length / config.imageChannels());
            Variable features = features(tape, input, batch, Dropout.NONE);
            float[] values = features.value().toFloats();
            return new Answer(values, logits(tape, features).value().toFloats());
        }
    }

    /**
     * The features of images.
     *
     * @param images {@code (B H H, C)}, a row for each pixel
     * @param dropout of the features
     * @return {@code (B, D)}
     */
    Variable features(Tape tape, Variable images, int batch, Dropout dropout) {
        Variable x = images;
        for (int level = 0; level < config.levels(); level++) {
            x = level(tape, x, batch, level);
        }
        int side = config.lastSide();
        ConvolutionShape whole = new ConvolutionShape(batch, side, side, side, 1, 0, 0);
        Variable seen = tape.convolution(norm(tape, x, batch, "norm"), whole, weight("features"), bias("features"));
        return tape.gelu(seen, dropout);
    }

    /**
     * The classes' logits.
     *
     * @param features {@code (B, D)}
     * @return {@code (B, K)}
     */
    Variable logits(Tape tape, Variable features) {
        return tape.linear(features, weight("classes"), bias("classes"));
    }

    private Variable level(Tape tape, Variable input, int batch, int level) {
        return tape.scope(() -> {
            String name = "level." + level;
            int side = config.side(level);
            ConvolutionShape same = ConvolutionShape.same(batch, side, side, 3);
            ConvolutionShape halving = ConvolutionShape.halving(batch, config.side(level - 1), config.side(level - 1));
            Variable x = tape.convolution(input, halving, weight(name + ".input"), bias(name + ".input"));
            Variable normal = norm(tape, x, batch, name + ".norm");
            return tape.residual(x, tape.convolution(normal, same, weight(name + ".branch"), bias(name + ".branch")));
        });
    }

    private Variable norm(Tape tape, Variable x, int batch, String name) {
        GroupNorm norm = new GroupNorm(batch, x.columns() / ClassifierConfig.GROUP, Activation.SILU);
        return tape.groupNorm(x, norm, weight(name), bias(name));
    }
}
