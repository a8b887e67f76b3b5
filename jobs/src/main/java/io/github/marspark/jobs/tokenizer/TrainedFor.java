package io.github.marspark.jobs.tokenizer;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.recipe.Recipe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The note in a tokenizer's folder that says what it was trained by, so that it is reused for that and nothing else. */
final class TrainedFor {
    private static final String NOTE = "trained-by.txt";

    private final Path folder;
    private final String wanted;

    TrainedFor(Path folder, Recipe recipe) {
        this.folder = folder;
        this.wanted = String.join(
                "\n",
                "images " + recipe.images(),
                "seed " + recipe.seed(),
                recipe.data().toString(),
                recipe.tokenizer().toString(),
                "");
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
        String found = read();
        if (!found.equals(wanted)) {
            throw new IllegalStateException("%s holds a tokenizer that was trained otherwise: by%n%sand not by%n%s"
                            .formatted(folder, found.indent(4), wanted.indent(4))
                    + "delete it or choose another folder by tokenizer-folder=");
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

    private String read() {
        try {
            return Files.exists(folder.resolve(NOTE)) ? Files.readString(folder.resolve(NOTE)) : "an import\n";
        } catch (IOException e) {
            throw new UncheckedIOException(folder.resolve(NOTE) + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Notes what the tokenizer was trained by. */
    void write() {
        Path temporary = folder.resolve("." + NOTE);
        try {
            Files.writeString(temporary, wanted);
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
