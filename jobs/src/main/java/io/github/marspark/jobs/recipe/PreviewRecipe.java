package io.github.marspark.jobs.recipe;

import io.github.marspark.model.mar.Design.Attention;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The images that a training shows of itself; what is not said here is that of {@link SampleRecipe}.
 *
 * @param everySteps steps between previews, 0 for none
 * @param labels classes drawn, the first ten when empty
 * @param perClass images a class
 * @param iterations steps in which an image's tokens are revealed, 0 for as many as of samples
 * @param batch images drawn at once
 */
public record PreviewRecipe(
        @Describe(
                value = "steps between previews, drawn by the moving average; 0 for none",
                unit = "steps",
                byDefault = "0")
        long everySteps,

        @Describe(value = "classes that previews show, such as [0-4, 7]; the first ten when empty", byDefault = "[]")
        List<Integer> labels,

        @Describe(value = "images of each class in a preview", unit = "images", byDefault = "2")
        int perClass,

        @Describe(
                value = "iterations in which a preview's tokens are revealed; 0 for sample.iterations",
                byDefault = "0")
        int iterations,

        @Describe(value = "images of a preview drawn at once", unit = "images", byDefault = "10")
        int batch) {
    private static final int MOST_IMAGES = 200;
    private static final int CLASSES_BY_DEFAULT = 10;

    /** Checks each value. */
    public PreviewRecipe {
        labels = List.copyOf(labels);
        Require.atLeast("every-steps", everySteps, 0);
        Require.each("labels", labels, 0);
        Require.between("per-class", perClass, 1, MOST_IMAGES);
        Require.atLeast("iterations", iterations, 0);
        Require.atLeast("batch", batch, 1);
    }

    /** Whether anything is drawn. */
    public boolean isWanted() {
        return everySteps > 0;
    }

    /** The classes drawn, of so many. */
    public List<Integer> shown(int classes) {
        return labels.isEmpty()
                ? IntStream.range(0, Math.min(classes, CLASSES_BY_DEFAULT))
                        .boxed()
                        .toList()
                : labels;
    }

    /** How many iterations draw a preview, where samples take so many. */
    public int iterationsOr(int ofSamples) {
        return iterations == 0 ? ofSamples : iterations;
    }

    /** Checks what concerns the whole recipe. */
    void require(int classes, int tokens, Attention attention) {
        Require.that(
                labels.stream().allMatch(label -> label < classes),
                "train.preview.labels",
                labels,
                "numbers below %d, the number of classes".formatted(classes));
        int images = shown(classes).size() * perClass;
        Require.that(
                images <= MOST_IMAGES,
                "train.preview.per-class",
                perClass,
                "at most %d for %d classes, so that a preview has at most %d images"
                        .formatted(
                                MOST_IMAGES / shown(classes).size(),
                                shown(classes).size(),
                                MOST_IMAGES));
        Require.that(
                iterations <= tokens,
                "train.preview.iterations",
                iterations,
                "at most %d, the number of tokens".formatted(tokens));
        Require.that(
                attention == Attention.BIDIRECTIONAL || iterations == 0 || iterations == tokens,
                "train.preview.iterations",
                iterations,
                "%d, the number of tokens, for causal attention, which draws one after another".formatted(tokens));
    }
}
