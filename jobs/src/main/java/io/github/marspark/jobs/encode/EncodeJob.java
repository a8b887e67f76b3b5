package io.github.marspark.jobs.encode;

import io.github.marspark.jobs.RecipeCommand;
import io.github.marspark.jobs.SparkSessions;
import io.github.marspark.jobs.recipe.EncodeRecipe;
import io.github.marspark.jobs.recipe.Recipe;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.SparkSession;

/** Encodes images into latents, on Spark. */
public final class EncodeJob implements RecipeCommand {
    private static final String EXPLAIN_GPU = "--explain-gpu";

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
    public Set<String> options() {
        return Set.of(EXPLAIN_GPU);
    }

    @Override
    public void run(Recipe recipe, Set<String> options, PrintStream out) {
        ImageCollection images = collection(recipe);
        if (options.contains(EXPLAIN_GPU)) {
            explain(recipe, images, out);
        } else {
            encode(recipe, images, out);
        }
    }

    private static void encode(Recipe recipe, ImageCollection images, PrintStream out) {
        int imageSize = recipe.data().imageSize();
        EncoderSource encoders = TokenizerEncoders.of(recipe.tokenizerFolder(), imageSize);
        int classes = recipe.data().classes();
        try (SparkSession spark = SparkSessions.open("encode " + recipe.name())) {
            new Encoding(spark, encoders, recipe.encode(), imageSize, classes, recipe.latents(), out).run(images);
        }
    }

    private static void explain(Recipe recipe, ImageCollection images, PrintStream out) {
        try (SparkSession spark = SparkSessions.open("encode " + recipe.name())) {
            EncodeRecipe encode = recipe.encode();
            new GpuReport(spark, out).print(images, Selection.of(encode), encode.maxPixels());
        }
    }

    private static ImageCollection collection(Recipe recipe) {
        return switch (recipe.encode().source()) {
            case FOLDERS -> ClassFolders.at(recipe.images());
            case PARQUET -> ParquetImages.at(recipe.images());
            case TAR -> new ContainerFiles(recipe.images(), "tar", TarMembers::list, TarMembers::isContainer);
            case IDX -> new ContainerFiles(recipe.images(), "idx", IdxMembers::list, IdxMembers::isContainer);
        };
    }
}
