package io.github.marspark.jobs.command;

import io.github.marspark.data.weights.NamedTensors;
import io.github.marspark.data.weights.NonFiniteValues;
import io.github.marspark.data.weights.WeightImport;
import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.recipe.UsageException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What was written on the command line besides the recipe's keys.
 *
 * @param values by the names of their keys
 */
record WeightArguments(Map<String, String> values) {
    private static final String KEEP = "keep";

    /** Checks what can be checked without the file. */
    WeightArguments {
        values = Map.copyOf(values);
        String nonFinite = values.getOrDefault(WeightKey.NON_FINITE, KEEP);
        if (!nonFinite.equals(KEEP)) {
            throw new UsageException(
                    "%s is \"%s\", must be %s or left out".formatted(WeightKey.NON_FINITE, nonFinite, KEEP));
        }
        if (values.getOrDefault(WeightKey.WEIGHTS, ".").isEmpty()) {
            throw new UsageException("weights is empty, give a name after weights= or leave it out");
        }
    }

    Path file() {
        return Storage.here(WeightKey.FILE, values.getOrDefault(WeightKey.FILE, ""));
    }

    /** Which weights of a file that holds several. */
    Optional<String> weights() {
        return Optional.ofNullable(values.get(WeightKey.WEIGHTS));
    }

    /** What latents are multiplied by. */
    OptionalDouble scale() {
        String scale = values.get(WeightKey.SCALE);
        return scale == null ? OptionalDouble.empty() : OptionalDouble.of(positive(scale));
    }

    private static double positive(String scale) {
        try {
            double number = Double.parseDouble(scale);
            if (number > 0 && number < Double.POSITIVE_INFINITY) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new UsageException("scale is \"%s\", must be a number greater than 0".formatted(scale));
        }
        throw new UsageException("scale is %s, must be a number greater than 0".formatted(scale));
    }

    /** Opens the file, without the tensors that are not wanted. */
    WeightImport open() {
        List<String> leaveOut = Arrays.stream(
                        values.getOrDefault(WeightKey.LEAVE_OUT, "").split(",", -1))
                .map(String::strip)
                .filter(pattern -> !pattern.isEmpty())
                .toList();
        return WeightImport.open(file(), leaveOut);
    }

    /**
     * Looks for weights that are no numbers.
     *
     * @param weights what was read
     * @return a line that tells them, if they are to be kept; mostly nothing
     * @throws IllegalArgumentException if there are any and they are not to be kept
     */
    Optional<String> nonFinite(NamedTensors weights) {
        NonFiniteValues found = NonFiniteValues.of(weights);
        if (!found.isEmpty() && !values.containsKey(WeightKey.NON_FINITE)) {
            throw new IllegalArgumentException(
                    "%s has %s; take a file from before they went wrong, or say %s=%s to import them as they are"
                            .formatted(weights.source(), found, WeightKey.NON_FINITE, KEEP));
        }
        return found.isEmpty() ? Optional.empty() : Optional.of("kept as told: " + found);
    }
}
