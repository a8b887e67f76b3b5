package io.github.marspark.jobs.images;

import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;
import org.apache.parquet.example.data.Group;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/**
 * The images of rows of Parquet files, of which the listing knows file and row. Files are read forward, one row group at
 * a time and only the images' column, since the rows of a file follow each other.
 *
 * @param settings by which the column is found in each file
 */
record ParquetContents(ImageSettings settings) implements Contents {
    @Override
    public Iterator<SourceImage> read(Iterator<SourceImage> images) {
        OpenFiles files = new OpenFiles(settings);
        TaskContext task = TaskContext.get();
        if (task != null) {
            task.addTaskCompletionListener((TaskCompletionListener) ended -> files.close());
        }
        return new MappedIterator<>(images, files::filled);
    }

    @Override
    public boolean isInOrder() {
        return true;
    }

    @Override
    public SourceImage readOne(SourceImage image) {
        OpenFiles files = new OpenFiles(settings);
        try {
            return files.filled(image);
        } finally {
            files.close();
        }
    }

    /** The file that is being read. */
    private static final class OpenFiles {
        private final ImageSettings settings;
        private @Nullable ParquetRows open;

        OpenFiles(ImageSettings settings) {
            this.settings = settings;
        }

        SourceImage filled(SourceImage image) {
            if (image.trouble() != null) {
                return image;
            }
            try {
                return filled(image, rows(image.path()).row(image.offset()));
            } catch (IOException | RuntimeException failure) {
                return image.withTrouble(Trouble.unreadable(
                        "cannot be read in row %d: %s".formatted(image.offset(), failure.getMessage())));
            }
        }

        private ParquetRows rows(String path) throws IOException {
            ParquetRows rows = open;
            if (rows == null || !rows.path().equals(path)) {
                close();
                rows = Attempts.of(() -> new ParquetRows(path, settings));
                open = rows;
            }
            return rows;
        }

        void close() {
            ParquetRows rows = open;
            open = null;
            if (rows != null) {
                rows.close();
            }
        }

        private static SourceImage filled(SourceImage image, Group row) {
            Group at = row;
            String field = row.getType().getFieldName(0);
            if (row.getFieldRepetitionCount(0) > 0 && !row.getType().getType(0).isPrimitive()) {
                at = row.getGroup(0, 0);
                field = ParquetColumns.BYTES;
            }
            if (at.getFieldRepetitionCount(field) > 0
                    && at.getType().getType(field).isPrimitive()) {
                return image.withContent(at.getBinary(field, 0).getBytes());
            }
            return image.withTrouble(Trouble.unreadable("has no image in row %d%s"
                    .formatted(
                            image.offset(),
                            path(at).map(", only the path %s and no bytes"::formatted)
                                    .orElse(""))));
        }

        private static Optional<String> path(Group struct) {
            return struct.getType().containsField(ParquetColumns.PATH)
                            && struct.getFieldRepetitionCount(ParquetColumns.PATH) > 0
                    ? Optional.of(struct.getString(ParquetColumns.PATH, 0))
                    : Optional.empty();
        }
    }
}
