package io.github.marspark.jobs.latents;

import io.github.marspark.data.avro.LatentRecord;
import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.data.latent.LatentReader;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.recipe.Mirror;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;

/**
 * The local copy of records as it is written: of each its moments, those of its mirror image if they are wanted, its ids
 * of codes and those of its mirror image where there are any, and its name. A file that holds one of them is read to its
 * end, so that its SHA-256 is compared with the manifest's. Not thread-safe before it is complete.
 */
final class LatentCopy {
    private static final int BUFFER_BYTES = 1 << 20;

    private final LatentIndex index;
    private final Mirror mirror;
    private final OutputStream output;
    private final Path file;
    private final int[] labels;
    private final long[] ends;
    private int count;
    private long written;

    LatentCopy(LatentIndex index, Mirror mirror, FileChannel channel, Path file, int records) {
        this.index = index;
        this.mirror = mirror;
        this.output = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
        this.file = file;
        this.labels = new int[records];
        this.ends = new long[records];
    }

    /** The class of a record, counted from the first one here. */
    int label(int place) {
        return labels[place];
    }

    /** Where a record begins. */
    long begin(int place) {
        return place == 0 ? 0 : ends[place - 1];
    }

    /** Where a record ends. */
    long end(int place) {
        return ends[place];
    }

    /** Copies the records with some numbers. */
    void copy(long from, long to) {
        FileStore store = FileStore.at(index.folder());
        long begin = 0;
        for (LatentIndex.LatentFile source : index.files()) {
            long end = begin + source.records();
            if (begin < to && end > from) {
                copy(store, source, Math.max(from, begin) - begin, Math.min(to, end) - begin);
            }
            begin = end;
        }
        try {
            output.flush();
        } catch (IOException e) {
            throw localFailure(e);
        }
    }

    private void copy(FileStore store, LatentIndex.LatentFile source, long from, long to) {
        String name = store.path(source.name()).toString();
        Sha256 sum = new Sha256();
        try (InputStream stream = sum.reading(store.read(source.name()));
                LatentReader reader = LatentReader.of(stream, name)) {
            requireSameHeader(reader, name);
            reader.skip(from);
            copy(reader.iterator(), source, from, to, name);
            stream.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be read: " + e.getMessage(), e);
        }
        requireAsWritten(source, sum.digits(), name);
    }

    private void copy(Iterator<LatentRecord> records, LatentIndex.LatentFile source, long from, long to, String name) {
        long read = from;
        while (read < to && records.hasNext()) {
            write(records.next());
            read++;
        }
        if (read < to || (to == source.records() && records.hasNext())) {
            throw new IllegalStateException("%s has %s records, its manifest says %d; encode the images again"
                    .formatted(name, read < to ? Long.toString(read) : "more", source.records()));
        }
    }

    /** Every byte of the file has passed, also those behind the last record that is wanted. */
    private static void requireAsWritten(LatentIndex.LatentFile source, String sha256, String name) {
        if (!sha256.equals(source.sha256())) {
            throw new IllegalStateException(
                    "%s is not what was written: its SHA-256 is %.12s…, its manifest says %.12s…; delete it, and ./mar encode writes it again"
                            .formatted(name, sha256, source.sha256()));
        }
    }

    private void requireSameHeader(LatentReader reader, String name) {
        if (!reader.header().equals(index.header())) {
            throw new IllegalStateException(
                    "%s and %s do not belong together: %s and %s; encode the images again into an empty folder"
                            .formatted(index.files().get(0).name(), name, index.header(), reader.header()));
        }
    }

    private void write(LatentRecord record) {
        try {
            write(record.getMoments());
            if (mirror != Mirror.NONE) {
                write(record.getMomentsMirror());
            }
            writeCodes(record);
            write(ByteBuffer.wrap(record.getId().toString().getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw localFailure(e);
        }
        labels[count] = record.getLabel();
        ends[count] = written;
        count++;
    }

    private void writeCodes(LatentRecord record) throws IOException {
        if (record.getCodes() != null && record.getCodesMirror() != null) {
            write(record.getCodes());
            if (mirror != Mirror.NONE) {
                write(record.getCodesMirror());
            }
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        output.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        written += bytes.remaining();
    }

    private UncheckedIOException localFailure(IOException cause) {
        return new UncheckedIOException(
                "the %d latents that this executor needs do not all fit into %s (%s); %d MB and %d records are written; set spark.local.dir to a folder on a larger disk, or use more executors"
                        .formatted(labels.length, file, cause.getMessage(), written >> 20, count),
                cause);
    }
}
