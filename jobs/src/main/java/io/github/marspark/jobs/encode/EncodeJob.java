package io.github.marspark.jobs.encode;

import io.github.marspark.jobs.images.ImageCollection;
import io.github.marspark.jobs.recipe.EncodeRecipe;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.runtime.SparkSessions;
import java.io.PrintStream;
import org.apache.spark.sql.SparkSession;

/** Encodes the images of a recipe into latents; driver only. */
public final class EncodeJob {
    private final Recipe recipe;
    private final PrintStream out;

    /**
     * An encoding.
     *
     * @param recipe complete and checked
     * @param out where a person reads how it goes
     */
    public EncodeJob(Recipe recipe, PrintStream out) {
        this.recipe = recipe;
        this.out = out;
    }

    /** Encodes what is not encoded yet. */
    public void run() {
        ImageCollection images = ImageCollection.of(recipe);
        EncoderSource encoders =
                TokenizerEncoders.of(recipe.tokenizerFolder(), recipe.data().imageSize());
        try (SparkSession spark = SparkSessions.open("encode " + recipe.name())) {
            new Encoding(spark, encoders, recipe.encode(), recipe.data(), recipe.latents(), out).run(images);
        }
    }

    /** Prints which operators of the listing and ordering would run on a GPU; encodes nothing. */
    public void explainGpu() {
        ImageCollection images = ImageCollection.of(recipe);
        try (SparkSession spark = SparkSessions.open("encode " + recipe.name())) {
            EncodeRecipe encode = recipe.encode();
            new GpuReport(spark, out).print(images, Selection.of(encode), encode.maxPixels());
        }
    }
}
