package io.github.marspark.data.latent;

import io.github.marspark.data.avro.LatentRecord;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileConstants;

/**
 * Reads a file of latent records, once, from its beginning. Its metadata, its blocks and each record are checked against
 * one another, so that a consumer may rely on shapes and sizes, and what does not fit is damage, told with its place:
 * Avro itself takes a file that breaks off inside a block for a shorter one. (One cut exactly between two blocks is a
 * shorter one.) Not thread-safe.
 */
public final class LatentReader implements Iterable<LatentRecord>, Closeable {
    private final String name;
    private final LatentBlocks blocks;
    private final LatentHeader header;
    private final BlockRecords block;
    private boolean iterated;
    private long passed;

    private LatentReader(String name, LatentBlocks blocks) {
        this.name = name;
        this.blocks = blocks;
        this.header = LatentHeader.fromMetadata(name, blocks::metadata);
        this.block = new BlockRecords(header, codec());
        requireOwnSchema();
        if (!Arrays.equals(blocks.marker(), header.syncMarker(codec().avroName()))) {
            throw damaged(0, new IOException("its marker is not that of its metadata"));
        }
    }

    /**
     * Opens a local file.
     *
     * @param file one that {@link LatentWriter} wrote
     * @return a reader, to be closed
     * @throws IllegalArgumentException if it is no file of latents
     * @throws UncheckedIOException if it cannot be read
     */
    public static LatentReader open(Path file) {
        String name = file.toString();
        try {
            return of(Files.newInputStream(file), name);
        } catch (IOException failure) {
            throw new UncheckedIOException(name + " cannot be read: " + failure.getMessage(), failure);
        }
    }

    /**
     * Reads from a stream.
     *
     * @param input the bytes, closed with the reader, or at once if this fails
     * @param name names the file in messages
     * @return a reader, to be closed
     * @throws IllegalArgumentException if it is no file of latents
     * @throws UncheckedIOException if it is one and damaged
     */
    public static LatentReader of(InputStream input, String name) {
        try {
            return new LatentReader(name, blocks(input, name));
        } catch (RuntimeException refused) {
            closeAfter(refused, input);
            throw refused;
        }
    }

    private static LatentBlocks blocks(InputStream input, String name) {
        try {
            return new LatentBlocks(input);
        } catch (IOException | RuntimeException failure) {
            throw new IllegalArgumentException(
                    name + " is no Avro file (" + words(failure) + "); give files that the encode job wrote", failure);
        }
    }

    private LatentCodec codec() {
        String codec = blocks.metadata(DataFileConstants.CODEC);
        try {
            return LatentCodec.named(codec == null ? DataFileConstants.NULL_CODEC : codec);
        } catch (IllegalArgumentException unknown) {
            throw damaged(0, unknown);
        }
    }

    private void requireOwnSchema() {
        String text = Objects.requireNonNullElse(blocks.metadata(DataFileConstants.SCHEMA), "");
        Schema schema;
        try {
            schema = new Schema.Parser().parse(text);
        } catch (RuntimeException malformed) {
            throw damaged(0, new IOException("its schema is none", malformed));
        }
        if (!schema.equals(LatentSchema.of(header))) {
            throw damaged(0, new IOException("its schema is not that of latents"));
        }
    }

    /**
     * {@return what the records have in common}
     */
    public LatentHeader header() {
        return header;
    }

    /**
     * Passes over the first records, block by block where it can.
     *
     * @param records how many, at most as many as there are
     * @throws IllegalStateException if the records are being read already
     * @throws UncheckedIOException where the file is damaged or ends before
     */
    public void skip(long records) {
        if (iterated) {
            throw new IllegalStateException(name + " is being read already, and nothing can be passed over any more");
        }
        try {
            while (passed < records && blocks.next()) {
                if (blocks.records() <= records - passed) {
                    passed += blocks.records();
                } else {
                    passOver(records - passed);
                }
            }
        } catch (IOException | RuntimeException failure) {
            throw damaged(passed, failure);
        }
        if (passed < records) {
            throw damaged(passed, new EOFException("%s records were expected".formatted(records)));
        }
    }

    private void passOver(long records) throws IOException {
        block.open(blocks);
        for (long i = 0; i < records; i++) {
            block.next();
            passed++;
        }
    }

    /**
     * The records in the order of the file, behind those that were passed over.
     *
     * @return an iterator that throws {@link UncheckedIOException} where the file is damaged
     * @throws IllegalStateException if called a second time
     */
    @Override
    public Iterator<LatentRecord> iterator() {
        if (iterated) {
            throw new IllegalStateException(name + " is being read already: open it again to read it again");
        }
        iterated = true;
        return new Records(passed);
    }

    /**
     * Closes the input.
     *
     * @throws UncheckedIOException if that fails
     */
    @Override
    public void close() {
        try {
            blocks.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(name + " cannot be closed: " + failure.getMessage(), failure);
        }
    }

    private static void closeAfter(Exception reason, InputStream input) {
        try {
            input.close();
        } catch (IOException failure) {
            reason.addSuppressed(failure);
        }
    }

    /** Checks each record and names the place where reading fails. */
    private final class Records implements Iterator<LatentRecord> {
        private long read;

        Records(long passed) {
            this.read = passed;
        }

        @Override
        public boolean hasNext() {
            try {
                while (!block.hasNext()) {
                    if (!blocks.next()) {
                        return false;
                    }
                    block.open(blocks);
                }
                return true;
            } catch (IOException | RuntimeException failure) {
                throw damaged(read, failure);
            }
        }

        @Override
        public LatentRecord next() {
            if (!hasNext()) {
                throw new NoSuchElementException(name + " has only " + read + " records");
            }
            LatentRecord record;
            try {
                record = block.next();
            } catch (IOException | RuntimeException failure) {
                throw damaged(read, failure);
            }
            header.check(name + ", record " + read, record);
            read++;
            return record;
        }
    }

    private UncheckedIOException damaged(long read, Exception failure) {
        return new UncheckedIOException(
                name + " is damaged or cut short after record " + read + " (" + words(failure) + "); encode it again",
                new IOException(failure));
    }

    /** What the reader below says, on one line. */
    private static String words(Exception failure) {
        return Objects.requireNonNullElse(failure.getMessage(), "its bytes make no sense")
                .lines()
                .findFirst()
                .orElse("");
    }
}
