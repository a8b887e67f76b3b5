package io.github.marspark.jobs.command;

import io.github.marspark.jobs.files.Storage;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkException;

/**
 * Says a failure in a sentence: what went wrong first, without the layers that passed it on. What Spark says of a job is told
 * only where nobody else says anything.
 */
final class Sentence {
    private static final String LISTED = "  ";

    private Sentence() {}

    static String of(Throwable failure) {
        List<Throwable> causes = causes(failure);
        List<Throwable> telling = causes.stream()
                .filter(cause -> !passesOn(cause) && !(cause instanceof SparkException))
                .toList();
        List<Throwable> told = telling.isEmpty() ? List.of(causes.get(causes.size() - 1)) : telling;
        List<String> parts = new ArrayList<>();
        for (Throwable cause : told) {
            String part = said(cause);
            if (parts.stream().noneMatch(earlier -> earlier.contains(part) || earlier.contains(bare(cause)))) {
                parts.add(part);
            }
        }
        return Storage.shownIn(parts.stream().limit(2).collect(Collectors.joining(": ")));
    }

    private static List<Throwable> causes(Throwable failure) {
        List<Throwable> causes = new ArrayList<>();
        Set<Throwable> seen = new HashSet<>();
        for (Throwable cause = failure; cause != null && seen.add(cause); cause = cause.getCause()) {
            causes.add(cause);
        }
        return causes;
    }

    private static boolean passesOn(Throwable failure) {
        Throwable cause = failure.getCause();
        return cause != null
                && (failure.getMessage() == null || failure.getMessage().equals(cause.toString()));
    }

    private static String said(Throwable failure) {
        String name = failure.getClass().getSimpleName();
        String message = bare(failure);
        return message.isBlank() ? name : isPlain(failure) ? message : name + ": " + message;
    }

    /** The first line, and the indented list that may follow it. */
    private static String bare(Throwable failure) {
        List<String> lines =
                Objects.requireNonNullElse(failure.getMessage(), "").lines().toList();
        Stream<String> list = lines.stream().skip(1).takeWhile(line -> line.startsWith(LISTED));
        return Stream.concat(lines.stream().limit(1), list).collect(Collectors.joining("\n"));
    }

    /** The kinds whose messages are written for a person. */
    private static boolean isPlain(Throwable failure) {
        return failure instanceof IllegalArgumentException
                || failure instanceof IllegalStateException
                || failure instanceof UncheckedIOException;
    }
}
