package io.github.marspark.jobs.images;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.when;

import io.github.marspark.data.latent.LatentHeader;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * The images of a listed collection with the numbers of their classes. Labels that were written as text are numbers if
 * all of them are, and else names, numbered in the order of their bytes. Driver only.
 *
 * @param names in the order of their labels; none if nothing is labelled
 * @param images rows of {@link SourceImage#SCHEMA} without those that only tell something
 */
public record LabelledImages(List<String> names, Dataset<Row> images) {
    private static final String NUMBER = "number";
    private static final int MOST_NAMES = 1_000_000;
    private static final Column LABEL = col(SourceImage.LABEL);
    private static final Column WORD = col(SourceImage.WORD);
    private static final Column IS_NUMBER = WORD.rlike("^\\s*" + FoundLabel.WHOLE_NUMBER + "\\s*$");

    /**
     * Names and numbers the classes.
     *
     * @param listed what {@link ImageCollection#list} gave, kept
     * @param collection that was listed
     * @param classes how many the recipe speaks of; where labels are numbers there are at least so many
     * @throws IllegalArgumentException if some labels are numbers and others names
     */
    public static LabelledImages of(Dataset<Row> listed, ImageCollection collection, int classes) {
        Dataset<Row> images = SourceImage.images(listed);
        Row sums = images.agg(count(WORD), count(when(IS_NUMBER, lit(1))), max(when(WORD.isNull(), LABEL)))
                .head();
        long words = sums.getLong(0);
        if (words == sums.getLong(1)) {
            return numbers(words == 0 ? images : withNumbers(images), collection, classes);
        }
        if (!sums.isNullAt(2) && sums.getInt(2) >= 0) {
            throw mixed(images, collection);
        }
        return new LabelledImages(names(images, collection), named(images));
    }

    private static LabelledImages numbers(Dataset<Row> images, ImageCollection collection, int classes) {
        if (!collection.classFolders().isEmpty()) {
            return new LabelledImages(collection.classFolders(), images);
        }
        Row sums = images.agg(max(LABEL)).head();
        int most = sums.isNullAt(0) ? LatentHeader.UNLABELLED : sums.getInt(0);
        if (most >= MOST_NAMES) {
            throw new IllegalArgumentException(
                    "%s has labels up to %d, but data.classes is %d; name another column of labels with encode.label-column=…"
                            .formatted(collection.root(), most, classes));
        }
        return new LabelledImages(
                IntStream.range(0, most < 0 ? 0 : Math.max(most + 1, classes))
                        .mapToObj(Integer::toString)
                        .toList(),
                images);
    }

    private static Dataset<Row> withNumbers(Dataset<Row> images) {
        Column number = WORD.cast("double");
        Column most = lit((double) Integer.MAX_VALUE);
        Column kept = least(greatest(number, lit((double) LatentHeader.UNLABELLED)), most)
                .cast("int");
        return images.withColumn(SourceImage.LABEL, when(WORD.isNotNull(), kept).otherwise(LABEL));
    }

    /** The images with the places of the names of their classes among all names; runs on a GPU. */
    public static Dataset<Row> named(Dataset<Row> images) {
        return images.join(broadcast(classes(images)), SourceImage.WORD, "left")
                .withColumn(SourceImage.LABEL, coalesce(col(NUMBER), LABEL))
                .select(Arrays.stream(SourceImage.SCHEMA.fieldNames())
                        .map(name -> col(name))
                        .toArray(Column[]::new));
    }

    private static Dataset<Row> classes(Dataset<Row> images) {
        return images.select(WORD)
                .where(WORD.isNotNull())
                .distinct()
                .withColumn(NUMBER, row_number().over(Window.orderBy(WORD)).minus(1));
    }

    private static List<String> names(Dataset<Row> images, ImageCollection collection) {
        List<String> names = classes(images).orderBy(NUMBER).limit(MOST_NAMES + 1).collectAsList().stream()
                .map(row -> row.getString(0))
                .toList();
        if (names.size() > MOST_NAMES) {
            throw new IllegalArgumentException(
                    "%s has more than %d different labels, such as \"%s\": they are no names of classes; name another column of labels with encode.label-column=…"
                            .formatted(collection.root(), MOST_NAMES, names.get(0)));
        }
        return names;
    }

    private static IllegalArgumentException mixed(Dataset<Row> images, ImageCollection collection) {
        Row number = images.where(WORD.isNull().and(LABEL.geq(0)))
                .orderBy("id")
                .select("id", SourceImage.LABEL)
                .head();
        Row name = images.where(WORD.isNotNull())
                .orderBy("id")
                .select("id", SourceImage.WORD)
                .head();
        return new IllegalArgumentException(
                "%s has numbers and names for labels: %s has %d, %s has \"%s\"; write all of them one way"
                        .formatted(
                                collection.root(),
                                number.getString(0),
                                number.getInt(1),
                                name.getString(0),
                                name.getString(1)));
    }
}
