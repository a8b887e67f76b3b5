package io.github.marspark.jobs.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.marspark.jobs.recipe.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How many times as fast one file of {@code bench} is as another. The n-th line of a thing in the one is paired with its n-th
 * line in the other, as two programs write them that run in turns; a pair of which a line was disturbed does not count.
 */
public final class Comparison {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SECONDS = "seconds";

    /** What says which thing was measured, beside all that is written in words. */
    private static final Set<String> NUMBERS = Set.of("batch", "iterations", "guidance", "executors", "threads");

    private final Path first;
    private final Path second;

    /**
     * A comparison.
     *
     * @param first file of the lines of the program whose speed is asked for
     * @param second of the one it is compared with
     */
    public Comparison(Path first, Path second) {
        this.first = first;
        this.second = second;
    }

    /**
     * Compares.
     *
     * @return a line a thing that both files hold, in the order of the first
     * @throws UsageException if a file cannot be read, or they have nothing in common
     */
    public List<String> lines() {
        Map<String, List<JsonNode>> ours = read(first);
        Map<String, List<JsonNode>> others = read(second);
        List<String> lines = ours.entrySet().stream()
                .filter(thing -> others.containsKey(thing.getKey()))
                .map(thing ->
                        thing.getKey() + ": " + told(thing.getValue(), others.getOrDefault(thing.getKey(), List.of())))
                .toList();
        if (lines.isEmpty()) {
            throw new UsageException("%s and %s have no measurement in common: the one has %s, the other %s"
                    .formatted(first, second, ours.keySet(), others.keySet()));
        }
        return lines;
    }

    private static String told(List<JsonNode> ours, List<JsonNode> others) {
        int pairs = Math.min(ours.size(), others.size());
        double[] ratios = IntStream.range(0, pairs)
                .filter(i -> !isDisturbed(ours.get(i)) && !isDisturbed(others.get(i)))
                .mapToDouble(i -> others.get(i).get(SECONDS).asDouble()
                        / ours.get(i).get(SECONDS).asDouble())
                .toArray();
        if (ratios.length == 0) {
            return "each of %d pairs was disturbed".formatted(pairs);
        }
        Times sorted = new Times(ratios);
        return "%.3g times as fast (%.3g to %.3g, pairs: %d%s)"
                .formatted(
                        sorted.median(),
                        sorted.seconds()[0],
                        sorted.seconds()[ratios.length - 1],
                        ratios.length,
                        ratios.length == pairs ? "" : ", disturbed and left out: " + (pairs - ratios.length));
    }

    private static boolean isDisturbed(JsonNode line) {
        return line.path("disturbed").asBoolean();
    }

    private static Map<String, List<JsonNode>> read(Path file) {
        Map<String, List<JsonNode>> lines = new LinkedHashMap<>();
        int number = 0;
        for (String text : text(file)) {
            number++;
            JsonNode line = parse(text, file, number);
            if (line.path(SECONDS).asDouble() > 0) {
                lines.computeIfAbsent(thing(line), unknown -> new ArrayList<>()).add(line);
            }
        }
        return lines;
    }

    private static List<String> text(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException missing) {
            throw new UsageException(file + " is not there; ./mar bench step > " + file + " would write it");
        } catch (IOException e) {
            throw new UsageException("%s cannot be read: %s".formatted(file, e.getMessage()));
        }
    }

    private static JsonNode parse(String text, Path file, int number) {
        try {
            JsonNode line = JSON.readTree(text);
            if (line.isObject()) {
                return line;
            }
        } catch (JsonProcessingException broken) {
            // told below
        }
        throw new UsageException("%s:%d is no line of bench: %s"
                .formatted(file, number, text.substring(0, Math.min(text.length(), 60))));
    }

    /** The same for two lines that measured the same thing, on whatever machine and with whatever library. */
    private static String thing(JsonNode line) {
        Map<String, String> settings = new TreeMap<>();
        line.fields().forEachRemaining(field -> {
            boolean names = field.getValue().isTextual() || NUMBERS.contains(field.getKey());
            if (names && !Set.of("what", "config", "cpu", "blas").contains(field.getKey())) {
                settings.put(field.getKey(), field.getValue().asText());
            }
        });
        return "%s %s, %s"
                .formatted(
                        line.path("what").asText(),
                        line.path("config").asText(),
                        settings.entrySet().stream()
                                .map(setting -> setting.getKey() + " " + setting.getValue())
                                .collect(Collectors.joining(", ")));
    }
}
