package io.github.marspark.jobs.tokenizer;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.recipe.Key;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The note in a tokenizer's folder that says what it was trained by, so that it is reused for that and nothing else. */
final class TrainedFor {
    private static final String NOTE = "trained-by.txt";
    private static final String SIGN = " = ";
    private static final Pattern SETTINGS = Pattern.compile("images|seed|data\\..*|tokenizer\\..*");

    private final Path folder;
    private final Map<String, String> wanted;

    TrainedFor(Path folder, Recipe recipe) {
        this.folder = folder;
        this.wanted = Key.all().stream()
                .map(Key::path)
                .filter(path -> SETTINGS.matcher(path).matches())
                .collect(Collectors.toMap(
                        path -> path, path -> Recipes.value(recipe, path).toString(), (a, b) -> a, TreeMap::new));
    }

    /**
     * Whether the folder holds this very tokenizer.
     *
     * @throws IllegalStateException if it holds another, or something else
     */
    boolean isDone() {
        if (!Files.exists(folder)) {
            return false;
        }
        if (!Tokenizer.isIn(folder)) {
            requireNothingElse();
            return false;
        }
        Map<String, String> found = read();
        if (!found.equals(wanted)) {
            throw new IllegalStateException("%s holds %s; delete it or choose another folder by tokenizer-folder="
                    .formatted(folder, found.isEmpty() ? "an imported tokenizer" : differences(found)));
        }
        return true;
    }

    private void requireNothingElse() {
        try (var content = Files.list(folder)) {
            content.filter(path -> !path.endsWith(Tokenizer.WEIGHTS)
                            && !path.getFileName().toString().startsWith("."))
                    .findFirst()
                    .ifPresent(path -> {
                        throw new IllegalStateException(folder + " holds other data, " + path.getFileName()
                                + " among it; choose an empty folder by tokenizer-folder=");
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " cannot be listed: " + e.getMessage(), e);
        }
    }

    private String differences(Map<String, String> found) {
        return "a tokenizer that was trained otherwise: "
                + wanted.entrySet().stream()
                        .filter(setting -> !setting.getValue().equals(found.get(setting.getKey())))
                        .map(setting -> "%s was %s, is %s"
                                .formatted(
                                        setting.getKey(),
                                        found.getOrDefault(setting.getKey(), "not noted"),
                                        setting.getValue()))
                        .collect(Collectors.joining(", "));
    }

    /** The settings of the note; none where there is no note. */
    private Map<String, String> read() {
        if (!Files.exists(folder.resolve(NOTE))) {
            return Map.of();
        }
        try (var lines = Files.lines(folder.resolve(NOTE))) {
            return lines.map(line -> line.split(SIGN, 2))
                    .collect(Collectors.toMap(parts -> parts[0], parts -> parts[parts.length - 1]));
        } catch (IOException e) {
            throw new UncheckedIOException(folder.resolve(NOTE) + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Notes what the tokenizer was trained by. */
    void write() {
        Path temporary = folder.resolve("." + NOTE);
        try {
            Files.write(
                    temporary,
                    wanted.entrySet().stream()
                            .map(setting -> setting.getKey() + SIGN + setting.getValue())
                            .toList());
            Files.move(
                    temporary,
                    folder.resolve(NOTE),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(folder.resolve(NOTE) + " cannot be written: " + e.getMessage(), e);
        }
    }
}
