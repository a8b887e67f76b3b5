package io.github.marspark.jobs.images;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** The images' column of one Parquet file, read forward; of what is damaged a row group at most cannot be read. */
final class ParquetRows implements AutoCloseable {
    private final String path;
    private final ParquetFileReader reader;
    private final MessageType schema;
    private @Nullable RecordReader<Group> records;
    private String damage = "";
    private int nextGroup;
    private long nextRow;
    private long groupEnd;

    ParquetRows(String path, ImageSettings settings) throws IOException {
        this.path = path;
        reader = ParquetProbe.open(new Path(path));
        schema = new ParquetColumns(reader.getFileMetaData().getSchema(), settings).imagesOnly();
        reader.setRequestedSchema(schema);
    }

    String path() {
        return path;
    }

    /**
     * A row.
     *
     * @param index behind that of the row before
     * @throws IOException if it cannot be read
     */
    Group row(long index) throws IOException {
        while (index >= groupEnd) {
            enterGroup(index);
        }
        RecordReader<Group> group = records;
        if (group == null) {
            throw new IOException("its row group is damaged: " + damage);
        }
        if (index < nextRow) {
            throw new IOException("its rows are asked for out of order");
        }
        try {
            for (; nextRow < index; nextRow++) {
                group.read();
            }
            nextRow++;
            return group.read();
        } catch (RuntimeException malformed) {
            spoil(malformed);
            throw new IOException("its row group is damaged: " + damage, malformed);
        }
    }

    private void enterGroup(long index) throws IOException {
        if (nextGroup == reader.getRowGroups().size()) {
            throw new IOException("it has only " + groupEnd + " rows; start the job again");
        }
        int group = nextGroup++;
        nextRow = groupEnd;
        groupEnd += reader.getRowGroups().get(group).getRowCount();
        records = null;
        if (index < groupEnd) {
            try {
                PageReadStore pages = Attempts.of(() -> ParquetProbe.parsed(() -> reader.readRowGroup(group)));
                records = new ColumnIOFactory()
                        .getColumnIO(schema)
                        .getRecordReader(pages, new GroupRecordConverter(schema));
            } catch (IOException | RuntimeException malformed) {
                spoil(malformed);
            }
        }
    }

    private void spoil(Exception malformed) {
        records = null;
        damage = String.valueOf(malformed.getMessage());
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(path + " cannot be closed: " + failure.getMessage(), failure);
        }
    }
}
