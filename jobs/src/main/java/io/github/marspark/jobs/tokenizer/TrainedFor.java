package io.github.marspark.jobs.tokenizer;

import io.github.marspark.data.classifier.TrainedClassifier;
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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The note in a trained network's folder that says what it was trained by, so that it is reused for that and nothing else. */
public final class TrainedFor {
    private static final String NOTE = "trained-by.txt";
    private static final String IMAGES = "images";

    private final Recipe recipe;
    private final Network network;
    private final FileStore folder;
    private final MadeFolder made;

    /**
     * A network that is trained on images by a recipe, and lies in a folder of its own.
     *
     * @param product what the folder holds
     * @param folder of a recipe
     * @param files of the folder beside the note; the first says that it is whole
     * @param withoutNote what a whole folder holds that has no note
     * @param settings names of those that it depends on
     */
    public record Network(
            Product product,
            Function<Recipe, String> folder,
            List<String> files,
            String withoutNote,
            Pattern settings) {
        /** Between images and latents. */
        public static final Network TOKENIZER = new Network(
                Product.TOKENIZER,
                Recipe::tokenizerFolder,
                List.of(Tokenizer.DESCRIPTION, Tokenizer.WEIGHTS),
                "an imported tokenizer",
                Pattern.compile(IMAGES
                        + "|seed|data\\.(?!labels).*|tokenizer\\..*|encode\\.(source|image-column|max-megapixels)"));

        /** What judges images. */
        public static final Network CLASSIFIER = new Network(
                Product.CLASSIFIER,
                Recipe::classifierFolder,
                List.of(TrainedClassifier.FILE),
                "a classifier without " + NOTE + ", which says what it was trained by",
                Pattern.compile(IMAGES + "|seed|data\\.(image-size|classes|labels)|classifier\\..*"
                        + "|encode\\.(source|image-column|label-column|max-megapixels)"));

        private boolean isFile(String name) {
            return name.equals(NOTE) || files.contains(name);
        }
    }

    /** The note of a recipe's network. */
    public TrainedFor(Recipe recipe, Network network) {
        this.recipe = recipe;
        this.network = network;
        this.folder = FileStore.at(network.folder.apply(recipe));
        this.made = new MadeFolder(folder, network.product, NOTE, OriginNote.LINES);
    }

    /**
     * Whether the folder holds this very network.
     *
     * @throws IllegalStateException if it holds another, or something else
     */
    public boolean isDone() {
        if (!folder.exists(network.files.get(0))) {
            MadeFolder.requireNothingElse(folder, network.product, network::isFile);
            return false;
        }
        Origin found = made.origin()
                .orElseThrow(() -> new IllegalStateException("%s holds %s; delete it or choose another folder by %s="
                        .formatted(folder.path(), network.withoutNote, network.product.key())));
        Origin wanted = new Origin(absolute(settings(recipe)), unnoted(found));
        made.requireSame(new Origin(absolute(found.settings())), wanted);
        return true;
    }

    private Map<String, String> settings(Recipe of) {
        return new TreeMap<>(Recipes.settings(of, network.settings.asMatchPredicate()));
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

    /** Notes what the network was trained by; written before the file that says that it is whole. */
    public void write() {
        made.write(new Origin(absolute(settings(recipe))));
    }
}
