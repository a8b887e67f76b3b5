package io.github.marspark.jobs.tokenizer;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.MadeFolder;
import io.github.marspark.jobs.files.Origin;
import io.github.marspark.jobs.files.OriginNote;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeException;
import io.github.marspark.jobs.recipe.Recipes;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The note in a tokenizer's folder that says what it was trained by, so that it is reused for that and nothing else. */
public final class TrainedFor {
    private static final String NOTE = "trained-by.txt";
    private static final Set<String> OURS = Set.of(NOTE, Tokenizer.WEIGHTS);
    private static final String IMAGES = "images";
    private static final Pattern SETTINGS = Pattern.compile(
            IMAGES + "|seed|data\\.(?!labels).*|tokenizer\\..*|encode\\.(source|image-column|max-megapixels)");

    private final Recipe recipe;
    private final FileStore folder;
    private final MadeFolder made;

    public TrainedFor(Recipe recipe) {
        this.recipe = recipe;
        this.folder = FileStore.at(recipe.tokenizerFolder());
        this.made = new MadeFolder(folder, Product.TOKENIZER, NOTE, OriginNote.LINES);
    }

    /**
     * Whether the folder holds this very tokenizer.
     *
     * @throws IllegalStateException if it holds another, or something else
     */
    public boolean isDone() {
        if (!folder.exists(Tokenizer.DESCRIPTION)) {
            MadeFolder.requireNothingElse(folder, Product.TOKENIZER, OURS::contains);
            return false;
        }
        Origin found = made.origin()
                .orElseThrow(() -> new IllegalStateException(
                        "%s holds an imported tokenizer; delete it or choose another folder by %s="
                                .formatted(folder.path(), Product.TOKENIZER.key())));
        Origin wanted = new Origin(absolute(settings(recipe)), unnoted(found));
        made.requireSame(new Origin(absolute(found.settings())), wanted);
        return true;
    }

    private static Map<String, String> settings(Recipe recipe) {
        return new TreeMap<>(Recipes.settings(recipe, SETTINGS.asMatchPredicate()));
    }

    /** A path is the same wherever it is told from. */
    private static Map<String, String> absolute(Map<String, String> settings) {
        Map<String, String> absolute = new TreeMap<>(settings);
        absolute.computeIfPresent(
                IMAGES,
                (key, path) -> path.isEmpty() ? path : Storage.qualified(path).toString());
        return absolute;
    }

    /** A note that is older than a key is of a program that did what the key's default says. */
    private Map<String, String> unnoted(Origin found) {
        Set<String> missing = new TreeSet<>(settings(recipe).keySet());
        missing.removeAll(found.settings().keySet());
        try {
            return missing.isEmpty()
                    ? Map.of()
                    : Recipes.settings(Recipes.withDefaults(recipe, missing), missing::contains);
        } catch (RecipeException withoutDefault) {
            return Map.of();
        }
    }

    /** Notes what the tokenizer was trained by; written before its description, which says that it is whole. */
    public void write() {
        made.write(new Origin(absolute(settings(recipe))));
    }
}
