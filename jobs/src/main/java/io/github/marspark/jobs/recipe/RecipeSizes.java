package io.github.marspark.jobs.recipe;

import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Refuses sizes whose products are more numbers than one array can hold, by the key of the largest. */
final class RecipeSizes {
    /**
     * A factor of an array's length.
     *
     * @param key that makes it smaller, empty where none does
     * @param value how large it is
     * @param what it counts
     */
    private record Size(String key, long value, String what) {
        Size(String key, long value) {
            this(key, value, key);
        }
    }

    private static final Size TWO = new Size("", 2);
    private static final Size THREE = new Size("", 3);

    private RecipeSizes() {}

    /**
     * Checks the arrays of the network and of a step.
     *
     * @param tokens of an image
     * @throws IllegalArgumentException beginning with the key of the largest factor of the first array that is too long
     */
    static void require(DataRecipe data, TokenizerRecipe tokenizer, ModelRecipe model, TrainRecipe train, int tokens) {
        Size width = new Size("model.width", model.width());
        Size rows = new Size("model.buffer", (long) model.buffer() + tokens, "model.buffer and tokens");
        Size hidden = new Size("model.mlp-ratio", Math.max(3, model.mlpRatio()));
        Size head = new Size("model.head.width", model.head().width());
        Size images = new Size("train.largest-batch", Math.min(train.largestBatch(), train.globalBatch()));
        Size copies = new Size("model.diffusion-batch-multiplier", model.diffusionBatchMultiplier());
        Size channels = new Size("tokenizer.latent-channels", tokenizer.latentChannels());
        Size places = new Size(
                "data.image-size",
                (long) tokens * model.patch() * model.patch(),
                "the latent places of data.image-size");
        Size codes = new Size("tokenizer.codes", Math.max(1, tokenizer.codes()));
        Stream.of(
                        List.of(rows, width),
                        List.of(new Size("data.classes", data.classes()), width),
                        List.of(hidden, width, width),
                        List.of(THREE, head, head),
                        List.of(head, width),
                        List.of(new Size("model.heads", model.heads()), rows, rows),
                        List.of(images, rows, hidden),
                        List.of(codes, width),
                        List.of(codes, channels),
                        List.of(images, places, codes),
                        List.of(images, copies, places, channels, TWO))
                .forEach(RecipeSizes::requireOneArray);
    }

    private static void requireOneArray(List<Size> factors) {
        if (product(factors).isEmpty()) {
            Size largest =
                    factors.stream().max(Comparator.comparingLong(Size::value)).orElseThrow();
            throw new IllegalArgumentException("%s is too large: with %s it makes an array of more than %,d numbers"
                    .formatted(largest.key, others(factors, largest), Integer.MAX_VALUE));
        }
    }

    private static OptionalInt product(List<Size> factors) {
        try {
            return OptionalInt.of(factors.stream()
                    .mapToInt(size -> Math.toIntExact(size.value))
                    .reduce(1, Math::multiplyExact));
        } catch (ArithmeticException tooMany) {
            return OptionalInt.empty();
        }
    }

    private static String others(List<Size> factors, Size largest) {
        return factors.stream()
                .filter(size -> !size.equals(largest) && !size.key.isEmpty())
                .map(size -> size.what + " (" + size.value + ")")
                .distinct()
                .collect(Collectors.joining(" and "));
    }
}
