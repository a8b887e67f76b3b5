package io.github.marspark.jobs.encode;

import io.github.marspark.jobs.RecipeCommand;
import io.github.marspark.jobs.SparkSessions;
import io.github.marspark.jobs.recipe.Recipe;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.SparkSession;

/** Encodes images into latents, on Spark. */
public final class EncodeJob implements RecipeCommand {
    /** For the command line. */
    public EncodeJob() {}

    @Override
    public String name() {
        return "encode";
    }

    @Override
    public String summary() {
        return "encodes images into latents, from where an interrupted run stopped";
    }

    @Override
    public List<String> keys() {
        return List.of("images", "latents", "tokenizer-folder", "data.image-size", "data.classes", "encode");
    }

    @Override
    public Set<String> required() {
        return Set.of("images");
    }

    @Override
    public void run(Recipe recipe, Set<String> options, PrintStream out) {
        int imageSize = recipe.data().imageSize();
        ImageCollection images = ClassFolders.at(recipe.images());
        requireClasses(recipe, images);
        EncoderSource encoders = TokenizerEncoders.of(recipe.tokenizerFolder(), imageSize);
        try (SparkSession spark = SparkSessions.open("encode " + recipe.name())) {
            new Encoding(spark, encoders, recipe.encode(), imageSize, recipe.latents(), out).run(images);
        }
    }

    private static void requireClasses(Recipe recipe, ImageCollection images) {
        int found = images.classNames().size();
        if (found != 0 && found != recipe.data().classes()) {
            throw new IllegalArgumentException(
                    "%s has %d class folders (%s), but data.classes is %d; set images to the folder that holds the class folders, or data.classes=%2$d"
                            .formatted(
                                    recipe.images(),
                                    found,
                                    shown(images.classNames()),
                                    recipe.data().classes()));
        }
    }

    private static String shown(List<String> names) {
        return names.size() <= 3 ? String.join(", ", names) : String.join(", ", names.subList(0, 3)) + ", …";
    }
}
