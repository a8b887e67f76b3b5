package io.github.marspark.data.weights;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Names of tensors that a person does not want, in which {@code *} stands for anything.
 *
 * @param patterns each matches a whole name, or what follows a dot in it
 */
record LeaveOut(List<String> patterns) {

    LeaveOut {
        patterns = List.copyOf(patterns);
    }

    /** Whether a pattern matches a full name, with the names of wrappers or without. */
    boolean matches(String name) {
        String unwrapped = WeightPlace.unwrapped(name);
        return patterns.stream()
                .map(LeaveOut::compiled)
                .anyMatch(pattern -> pattern.matcher(name).matches()
                        || pattern.matcher(unwrapped).matches());
    }

    private static Pattern compiled(String pattern) {
        return Pattern.compile(Arrays.stream(pattern.split("\\*", -1))
                .map(Pattern::quote)
                .collect(Collectors.joining(".*", "(?s)(?:.*\\.)?", "")));
    }
}
