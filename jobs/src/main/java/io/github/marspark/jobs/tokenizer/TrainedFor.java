package io.github.marspark.jobs.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.recipe.Key;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The note in a tokenizer's folder that says what it was trained by, so that it is reused for that and nothing else. */
public final class TrainedFor {
    private static final String NOTE = "trained-by.txt";
    private static final Set<String> OURS = Set.of(NOTE, Tokenizer.WEIGHTS);
    private static final String SIGN = " = ";
    private static final String IMAGES = "images";
    private static final Pattern SETTINGS = Pattern.compile("images|seed|data\\..*|tokenizer\\..*");

    private final FileStore folder;
    private final Map<String, String> wanted;

    public TrainedFor(Recipe recipe) {
        this.folder = FileStore.at(recipe.tokenizerFolder());
        this.wanted = Key.all().stream()
                .map(Key::path)
                .filter(path -> SETTINGS.matcher(path).matches())
                .collect(Collectors.toMap(
                        path -> path, path -> Recipes.value(recipe, path).toString(), (a, b) -> a, TreeMap::new));
        wanted.computeIfPresent(IMAGES, Storage::absolute);
    }

    /**
     * Whether the folder holds this very tokenizer.
     *
     * @throws IllegalStateException if it holds another, or something else
     */
    public boolean isDone() {
        if (!folder.exists(Tokenizer.DESCRIPTION)) {
            requireNothingElse();
            return false;
        }
        Map<String, String> found = read();
        found.computeIfPresent(IMAGES, Storage::absolute); // older notes have it as it was given
        if (!found.equals(wanted)) {
            throw new IllegalStateException("%s holds %s; delete it or choose another folder by tokenizer-folder="
                    .formatted(folder.path(), found.isEmpty() ? "an imported tokenizer" : differences(found)));
        }
        return true;
    }

    private void requireNothingElse() {
        folder.names().stream()
                .filter(name -> !OURS.contains(name) && !name.startsWith("."))
                .findFirst()
                .ifPresent(name -> {
                    throw new IllegalStateException(
                            "%s holds other data, %s among it; choose an empty folder by tokenizer-folder="
                                    .formatted(folder.path(), name));
                });
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
        folder.recover(NOTE);
        if (!folder.exists(NOTE)) {
            return new TreeMap<>();
        }
        try (var stream = folder.read(NOTE)) {
            return new String(stream.readAllBytes(), UTF_8)
                    .lines()
                    .map(line -> line.split(SIGN, 2))
                    .collect(Collectors.toMap(parts -> parts[0], parts -> parts[parts.length - 1], (a, b) -> b, TreeMap::new));
        } catch (IOException e) {
            throw new UncheckedIOException(folder.path(NOTE) + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Notes what the tokenizer was trained by; written before its description, which says that it is whole. */
    public void write() {
        String text = wanted.entrySet().stream()
                .map(setting -> setting.getKey() + SIGN + setting.getValue() + "\n")
                .collect(Collectors.joining());
        folder.replace(NOTE, stream -> stream.write(text.getBytes(UTF_8)));
    }
}
