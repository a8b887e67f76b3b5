package io.github.marspark.jobs.encode;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.xxhash64;

import io.github.marspark.data.image.RejectReason;
import io.github.marspark.jobs.images.ContentHashes;
import io.github.marspark.jobs.images.ImageCollection;
import io.github.marspark.jobs.images.SourceImage;
import io.github.marspark.jobs.recipe.Duplicates;
import io.github.marspark.jobs.recipe.EncodeRecipe;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * Which images of a collection a recipe leaves out: a function of the collection and the recipe alone.
 *
 * @param duplicates what happens to images whose bytes equal another's
 * @param maxPerClass images taken of each class at most, 0 for all
 */
public record Selection(Duplicates duplicates, int maxPerClass) {
    private static final String HASH = ContentHashes.HASH;
    private static final String FIRST = "first";

    public static Selection of(EncodeRecipe recipe) {
        return new Selection(recipe.duplicates(), recipe.maxPerClass());
    }

    /** Whether nothing is left out. */
    boolean isEverything() {
        return !dropsDuplicates() && maxPerClass == 0;
    }

    boolean dropsDuplicates() {
        return duplicates == Duplicates.DROP;
    }

    /**
     * The images that are left out. Of images with the same bytes the first in the order of ids stays; of a class those
     * stay whose ids have the least hashes, after its duplicates are gone. What the listing knows to be unusable is
     * rejected later, and images without a label belong to no class.
     *
     * @param listed rows of {@link SourceImage#SCHEMA}
     * @param hashes what {@link ImageCollection#hashes} gave; not looked at if duplicates are kept
     * @return id, path, reason and detail of each
     */
    Dataset<Row> leftOut(Dataset<Row> listed, Dataset<Row> hashes) {
        Dataset<Row> usable = listed.where(col("problem").isNull()).select("id", "path", "label");
        if (!dropsDuplicates()) {
            return surplus(usable);
        }
        Dataset<Row> repeated = repeated(hashes);
        Dataset<Row> leftOut = usable.join(repeated, "id")
                .select(
                        col("id"),
                        col("path"),
                        reason(RejectReason.DUPLICATE),
                        concat(lit("has the same bytes as "), col(FIRST)).as("detail"));
        return maxPerClass == 0
                ? leftOut
                : leftOut.union(surplus(
                        usable.join(repeated.select("id"), usable.col("id").equalTo(repeated.col("id")), "left_anti")));
    }

    /** The ids of all but the first image of each content, and that first one's id. */
    private static Dataset<Row> repeated(Dataset<Row> hashes) {
        Dataset<Row> contents = hashes.groupBy(HASH)
                .agg(min("id").as(FIRST), count(lit(1)).as("images"))
                .where(col("images").gt(1))
                .select(HASH, FIRST);
        return hashes.join(contents, HASH).where(col("id").notEqual(col(FIRST))).select("id", FIRST);
    }

    private Dataset<Row> surplus(Dataset<Row> usable) {
        Column place = row_number().over(Window.partitionBy("label").orderBy(xxhash64(col("id")), col("id")));
        return usable.where(col("label").geq(0))
                .withColumn("place", place)
                .where(col("place").gt(maxPerClass))
                .select(
                        col("id"),
                        col("path"),
                        reason(RejectReason.SURPLUS),
                        concat(
                                        lit("is beyond the %d images taken of class ".formatted(maxPerClass)),
                                        col("label").cast("string"))
                                .as("detail"));
    }

    private static Column reason(RejectReason reason) {
        return lit(reason.name()).as("reason");
    }
}
