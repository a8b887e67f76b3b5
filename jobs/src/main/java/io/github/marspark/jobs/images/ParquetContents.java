package io.github.marspark.jobs.images;

import io.github.marspark.jobs.files.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.ParquetRuntimeException;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/**
 * The images of rows of Parquet files, of which the listing knows file and row. Files are read forward, one row group at
 * a time and only the images' column, since the rows of a shard follow each other.
 *
 * @param column that holds the images
 * @param field of the column that holds the bytes, if it is a struct
 */
record ParquetContents(String column, String field) implements Contents {
    @Override
    public Iterator<SourceImage> read(Iterator<SourceImage> images) {
        OpenFiles files = new OpenFiles();
        TaskContext task = TaskContext.get();
        if (task != null) {
            task.addTaskCompletionListener((TaskCompletionListener) ended -> files.close());
        }
        return new MappedIterator<>(images, files::filled);
    }

    /** The file that is being read. */
    private final class OpenFiles {
        private @Nullable OpenFile open;

        SourceImage filled(SourceImage image) {
            OpenFile file = open;
            try {
                if (file == null || !file.path.equals(image.path())) {
                    close();
                    file = new OpenFile(image.path());
                    open = file;
                }
                byte[] bytes = bytes(file.row(image.offset()));
                return bytes == null ? image.withProblem("has no image in this row") : image.withContent(bytes);
            } catch (IOException | ParquetRuntimeException failure) {
                throw new UncheckedIOException(
                        "%s cannot be read at row %d: %s".formatted(image.path(), image.offset(), failure.getMessage()),
                        failure instanceof IOException io ? io : new IOException(failure));
            }
        }

        void close() {
            OpenFile file = open;
            open = null;
            if (file != null) {
                file.close();
            }
        }
    }

    private byte @Nullable [] bytes(Group row) {
        if (row.getFieldRepetitionCount(column) == 0) {
            return null;
        }
        if (row.getType().getType(column).isPrimitive()) {
            return row.getBinary(column, 0).getBytes();
        }
        Group image = row.getGroup(column, 0);
        return image.getFieldRepetitionCount(field) == 0
                ? null
                : image.getBinary(field, 0).getBytes();
    }

    /** Rows of one file, read forward. */
    private final class OpenFile {
        private final String path;
        private final ParquetFileReader reader;
        private final MessageType schema;
        private @Nullable RecordReader<Group> records;
        private int nextGroup;
        private long nextRow;
        private long groupEnd;

        OpenFile(String path) throws IOException {
            this.path = path;
            Path file = new Path(path);
            reader = ParquetFileReader.open(
                    HadoopInputFile.fromPath(file, Storage.of(file).getConf()));
            MessageType all = reader.getFileMetaData().getSchema();
            schema = new MessageType(all.getName(), all.getType(column));
            reader.setRequestedSchema(schema);
        }

        Group row(long index) throws IOException {
            while (index >= groupEnd) {
                enterGroup(index);
            }
            RecordReader<Group> group = records;
            if (group == null || index < nextRow) {
                throw new IOException("its rows are asked for out of order");
            }
            while (nextRow < index) {
                group.read();
                nextRow++;
            }
            nextRow++;
            return group.read();
        }

        private void enterGroup(long index) throws IOException {
            if (nextGroup == reader.getRowGroups().size()) {
                throw new IOException("it has only " + groupEnd + " rows; start the job again");
            }
            nextRow = groupEnd;
            groupEnd += reader.getRowGroups().get(nextGroup++).getRowCount();
            if (index >= groupEnd) {
                reader.skipNextRowGroup();
                return;
            }
            PageReadStore pages = reader.readNextRowGroup();
            records =
                    new ColumnIOFactory().getColumnIO(schema).getRecordReader(pages, new GroupRecordConverter(schema));
        }

        void close() {
            try {
                reader.close();
            } catch (IOException failure) {
                throw new UncheckedIOException(path + " cannot be closed: " + failure.getMessage(), failure);
            }
        }
    }
}
