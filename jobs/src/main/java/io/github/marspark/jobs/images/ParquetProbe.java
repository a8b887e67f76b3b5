package io.github.marspark.jobs.images;

import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.images.ParquetFile.Layout;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.HadoopReadOptions;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;
import shaded.parquet.org.apache.thrift.TException;

/** Looks at Parquet files before their rows are listed; runs on executors. */
final class ParquetProbe {
    private static final Pattern NAMED = Pattern.compile("(?si).*\\.(parquet|parq|pq)");
    private static final Pattern HIDDEN = Pattern.compile("(?s)(?:.*/)?_[^=/]*(?:/.*)?|.*\\._COPYING_");
    private static final Pattern SUMMARY = Pattern.compile("(?s)(?:.*/)?_(?:common_)?metadata");
    private static final String MAGIC = "PAR1";

    private ParquetProbe() {}

    /** Looks at a file; runs on executors. */
    static ParquetFile look(SourceImage source, ImageSettings settings) {
        try {
            return source.trouble() != null ? passedOver(source) : Attempts.of(() -> tried(source, settings));
        } catch (IOException failure) {
            return damaged(source, "cannot be read: " + failure.getMessage());
        }
    }

    private static ParquetFile tried(SourceImage source, ImageSettings settings) throws IOException {
        Path path = new Path(source.path());
        String start = source.length() == 0 ? "" : ForeignFiles.start(path);
        boolean named = NAMED.matcher(source.id()).matches();
        if (!named && !start.startsWith(MAGIC)) {
            return passedOver(source);
        }
        if (HIDDEN.matcher(source.id()).matches()) {
            return SUMMARY.matcher(source.id()).matches()
                    ? passedOver(source)
                    : new ParquetFile(
                            source.withTrouble(
                                    Trouble.note(
                                            "is passed over, since its name or its folder's begins with _, as unfinished ones do")),
                            null,
                            "",
                            null);
        }
        if (!start.startsWith(MAGIC)) {
            return damaged(source, ForeignFiles.of(path, source.length(), "Parquet"));
        }
        try (ParquetFileReader reader = open(path)) {
            return look(source, settings, reader);
        } catch (RuntimeException malformed) {
            return damaged(source, "is a damaged Parquet file: " + malformed.getMessage());
        }
    }

    private static ParquetFile look(SourceImage source, ImageSettings settings, ParquetFileReader reader)
            throws IOException {
        ParquetColumns columns = new ParquetColumns(reader.getFileMetaData().getSchema(), settings);
        Optional<String> refusal = columns.refusal();
        if (refusal.isPresent()) {
            return new ParquetFile(source, null, columns.columns(), refusal.get());
        }
        if (reader.getRecordCount() == 0) {
            return new ParquetFile(source.withTrouble(Trouble.note("has no rows")), null, columns.columns(), null);
        }
        Type image = columns.image().orElseThrow();
        Optional<Type> label = columns.label();
        Set<String> read = Stream.concat(Stream.of(image), label.stream())
                .map(Type::getName)
                .collect(Collectors.toSet());
        Optional<String> codec = ParquetCodecs.foreign(reader.getFooter(), read);
        if (codec.isPresent()) {
            return damaged(
                    source,
                    "is packed by %s, which cannot be unpacked here; write it with zstd, snappy or gzip"
                            .formatted(codec.get()));
        }
        return readable(source, settings, reader, columns, image, label);
    }

    /** Of a file whose columns can be unpacked. */
    private static ParquetFile readable(
            SourceImage source,
            ImageSettings settings,
            ParquetFileReader reader,
            ParquetColumns columns,
            Type image,
            Optional<Type> label)
            throws IOException {
        requireCounts(reader);
        try {
            if (label.isPresent()) {
                readThrough(reader, label.get());
            }
        } catch (Damage | RuntimeException malformed) {
            return damaged(
                    source,
                    "is a damaged Parquet file of %d rows, whose labels cannot be read: %s"
                            .formatted(reader.getRecordCount(), malformed.getMessage()));
        }
        Layout layout = new Layout(
                image.getName(),
                !image.isPrimitive(),
                label.map(Type::getName).orElse(""),
                label.map(ParquetColumns::sparkType).orElse(""),
                label.isPresent() || !settings.labelled() ? "" : partition(source.id(), settings));
        return new ParquetFile(source, layout, columns.columns(), null);
    }

    /** What is not repeated has a value, or none, in each row. */
    private static void requireCounts(ParquetFileReader reader) {
        for (BlockMetaData group : reader.getRowGroups()) {
            for (ColumnChunkMetaData chunk : group.getColumns()) {
                int repetition = reader.getFileMetaData()
                        .getSchema()
                        .getMaxRepetitionLevel(chunk.getPath().toArray());
                if (repetition == 0 && chunk.getValueCount() != group.getRowCount()) {
                    throw new IllegalArgumentException("a row group of %d rows has %d values of %s"
                            .formatted(
                                    group.getRowCount(),
                                    chunk.getValueCount(),
                                    chunk.getPath().toDotString()));
                }
            }
        }
    }

    /** Reads a column as it will be read again, so that no query meets what is damaged. */
    private static void readThrough(ParquetFileReader reader, Type column) throws IOException {
        MessageType schema = new MessageType("labels", column);
        reader.setRequestedSchema(schema);
        for (PageReadStore pages = next(reader); pages != null; pages = next(reader)) {
            RecordReader<Group> rows =
                    new ColumnIOFactory().getColumnIO(schema).getRecordReader(pages, new GroupRecordConverter(schema));
            for (long row = 0; row < pages.getRowCount(); row++) {
                rows.read();
            }
        }
    }

    private static @Nullable PageReadStore next(ParquetFileReader reader) throws IOException {
        return parsed(reader::readNextRowGroup);
    }

    /** A reader that compares checksums, where pages have them, and lengths. */
    static ParquetFileReader open(Path path) throws IOException {
        Configuration configuration = Storage.of(path).getConf();
        ParquetReadOptions options = HadoopReadOptions.builder(configuration)
                .usePageChecksumVerification()
                .withCodecFactory(new ParquetCodecs(configuration))
                .build();
        return parsed(() -> ParquetFileReader.open(HadoopInputFile.fromPath(path, configuration), options));
    }

    /**
     * Reads what Parquet describes in Thrift.
     *
     * @throws Damage if the bytes are there and are no such description
     */
    static <T extends @Nullable Object> T parsed(Attempts.Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (IOException failure) {
            if (failure.getCause() instanceof TException malformed && !(malformed.getCause() instanceof IOException)) {
                throw new Damage(String.valueOf(failure.getMessage()), failure);
            }
            throw failure;
        }
    }

    /** The name in the folders {@code name=value} of a path that says the label, empty if none does. */
    private static String partition(String id, ImageSettings settings) {
        return names(settings)
                .flatMap(wanted -> ParquetFile.PARTITION
                        .matcher(id)
                        .results()
                        .map(found -> found.group(1))
                        .filter(wanted::equalsIgnoreCase))
                .findFirst()
                .orElse("");
    }

    private static Stream<String> names(ImageSettings settings) {
        return settings.labelColumn().isEmpty() ? FoundLabel.FIELDS.stream() : Stream.of(settings.labelColumn());
    }

    private static ParquetFile passedOver(SourceImage source) {
        return new ParquetFile(source, null, "", null);
    }

    private static ParquetFile damaged(SourceImage source, String words) {
        return new ParquetFile(source.withTrouble(Trouble.damaged(words, source.length())), null, "", null);
    }
}
