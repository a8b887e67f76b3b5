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

    /** Whether a pattern matches a name. */
    static boolean matches(String pattern, String name) {
        String regex = Arrays.stream(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return Pattern.matches("(?s)(?:.*\\.)?" + regex, name);
    }

    boolean matches(String name) {
        return patterns.stream().anyMatch(pattern -> matches(pattern, name));
    }
}
