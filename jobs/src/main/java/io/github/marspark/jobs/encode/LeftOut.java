package io.github.marspark.jobs.encode;

import io.github.marspark.jobs.images.ImageCollection;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images that the recipe leaves out, written down before the first file so that a run which goes on need not look
 * for them again; driver only.
 *
 * @param rows id, path, reason and detail of each; none if the recipe takes all
 */
record LeftOut(Optional<Dataset<Row>> rows) {
    private static final Logger LOG = LoggerFactory.getLogger(LeftOut.class);

    /** A row for each of them. */
    static final String TABLE = "left-out.parquet";

    /**
     * Reads them, or finds and writes them.
     *
     * @param tables of the folder of latents
     * @param selection of the recipe
     * @param images the collection
     * @param listing of it
     * @param maxPixels of an image
     */
    static LeftOut of(
            FolderTables tables, Selection selection, ImageCollection images, Listing listing, long maxPixels) {
        if (selection.isEverything()) {
            return new LeftOut(Optional.empty());
        }
        if (!tables.has(TABLE)) {
            Dataset<Row> hashes =
                    selection.dropsDuplicates() ? hashes(tables, images, listing.rows(), maxPixels) : listing.rows();
            tables.publish(selection.leftOut(listing.rows(), hashes), "id", TABLE);
        }
        return of(tables.read(TABLE));
    }

    private static Dataset<Row> hashes(FolderTables tables, ImageCollection images, Dataset<Row> rows, long maxPixels) {
        try {
            return tables.keep(images.hashes(rows, maxPixels));
        } catch (Exception damaged) { // Spark's are checked, and not declared
            LOG.warn("{} cannot be read at once, so its images are read one by one", images.root(), damaged);
            return tables.keep(images.hashesOneByOne(rows, maxPixels));
        }
    }

    /** Some rows as they are. */
    static LeftOut of(Dataset<Row> rows) {
        return new LeftOut(Optional.of(rows));
    }

    /** How many there are. */
    long size() {
        return rows.map(Dataset::count).orElse(0L);
    }

    /** How often each reason occurs, the most frequent first. */
    List<String> reasons() {
        return rows.map(LatentFileReports::reasons).orElse(List.of());
    }

    /** The other images of a listing. */
    Dataset<Row> without(Dataset<Row> listed) {
        return rows.map(left -> left.select("id"))
                .map(left -> listed.join(left, listed.col("id").equalTo(left.col("id")), "left_anti"))
                .orElse(listed);
    }
}
