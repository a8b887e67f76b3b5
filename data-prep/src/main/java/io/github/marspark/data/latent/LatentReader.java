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
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.file.DataFileConstants;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.specific.SpecificDatumReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file of latent records, once, from its beginning. Each record is checked against the file's header, so that a
 * consumer may rely on shapes and sizes, and so is the file's end: Avro itself takes a file that breaks off inside a
 * block for a shorter one. (One cut exactly between two blocks is a shorter one.) Not thread-safe.
 */
public final class LatentReader implements Iterable<LatentRecord>, Closeable {
    private final String name;
    private final TailInputStream input;
    private final DataFileStream<LatentRecord> stream;
    private final LatentHeader header;
    private boolean iterated;
    private long passed;

    private LatentReader(String name, TailInputStream input, DataFileStream<LatentRecord> stream) {
        this.name = name;
        this.input = input;
        this.stream = stream;
        this.header = LatentHeader.fromMetadata(name, stream::getMetaString);
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
     */
    public static LatentReader of(InputStream input, String name) {
        TailInputStream tailed = new TailInputStream(input, DataFileConstants.SYNC_SIZE);
        try {
            return new LatentReader(
                    name, tailed, new DataFileStream<>(tailed, new SpecificDatumReader<>(LatentRecord.class)));
        } catch (IOException | AvroRuntimeException failure) {
            closeAfter(failure, input);
            throw new IllegalArgumentException(
                    name + " is no Avro file (" + failure.getMessage() + "); give files that the encode job wrote",
                    failure);
        } catch (IllegalArgumentException refused) {
            closeAfter(refused, input);
            throw refused;
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
            while (passed < records && stream.hasNext()) {
                long block = stream.getBlockCount();
                if (block <= records - passed) {
                    stream.nextBlock();
                    passed += block;
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
        @Nullable LatentRecord reused = null;
        for (long i = 0; i < records; i++) {
            reused = stream.next(reused);
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
            stream.close();
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
            boolean more;
            try {
                more = stream.hasNext();
            } catch (RuntimeException failure) {
                throw damaged(read, failure);
            }
            if (!more && !Arrays.equals(input.tail(), syncMarker())) {
                throw damaged(read, new EOFException("it ends inside a block"));
            }
            return more;
        }

        @Override
        public LatentRecord next() {
            if (!hasNext()) {
                throw new NoSuchElementException(name + " has only " + read + " records");
            }
            LatentRecord record;
            try {
                record = stream.next();
            } catch (RuntimeException failure) {
                throw damaged(read, failure);
            }
            header.check(name + ", record " + read, record);
            read++;
            return record;
        }

        private byte[] syncMarker() {
            String codec = stream.getMetaString(DataFileConstants.CODEC);
            return header.syncMarker(codec == null ? DataFileConstants.NULL_CODEC : codec);
        }
    }

    private UncheckedIOException damaged(long read, Exception failure) {
        return new UncheckedIOException(
                name + " is damaged or cut short after record " + read + " (" + failure.getMessage()
                        + "); encode it again",
                new IOException(failure));
    }
}
