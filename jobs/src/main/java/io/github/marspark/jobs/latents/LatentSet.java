package io.github.marspark.jobs.latents;

import io.github.marspark.data.latent.CodeNumbers;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.data.latent.LatentNumbers;
import io.github.marspark.jobs.recipe.Mirror;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * Neighbouring records of a folder of latents, copied once, uncompressed, to a file on a local disk, where each is found
 * in one read; the heap holds 12 bytes for each. The file is gone with the process, however that ends.
 *
 * <p>Records have the numbers that the index gives them. May be read by several threads at once.
 */
public final class LatentSet implements AutoCloseable {
    private static final Set<StandardOpenOption> MODE = Set.of(
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);

    private final LatentHeader header;
    private final long first;
    private final boolean mirrored;
    private final FileChannel channel;
    private final LatentCopy copy;

    private LatentSet(LatentHeader header, long first, Mirror mirror, FileChannel channel, LatentCopy copy) {
        this.header = header;
        this.first = first;
        this.mirrored = mirror != Mirror.NONE;
        this.channel = channel;
        this.copy = copy;
    }

    /**
     * Copies records.
     *
     * @param index of the folder
     * @param from number of the first record
     * @param to number behind the last
     * @param mirror whether mirror images are wanted
     * @param file a new one on a local disk
     * @return the records, to be closed
     * @throws IllegalStateException if the folder is not as its index says
     * @throws UncheckedIOException if it cannot be read, or the local disk does not take it
     */
    public static LatentSet copy(LatentIndex index, long from, long to, Mirror mirror, Path file) {
        FileChannel channel;
        try {
            channel = FileChannel.open(file, MODE);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s cannot be made (%s); set spark.local.dir to a folder on a local disk"
                            .formatted(file, e.getMessage()),
                    e);
        }
        LatentCopy copy = new LatentCopy(index, mirror, channel, file, Math.toIntExact(to - from));
        try {
            copy.copy(from, to);
        } catch (RuntimeException failure) {
            closeAfter(failure, channel);
            throw failure;
        }
        return new LatentSet(index.header(), from, mirror, channel, copy);
    }

    private static void closeAfter(RuntimeException failure, FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * What the records have in common.
     *
     * @return the header of their files
     */
    public LatentHeader header() {
        return header;
    }

    /**
     * The class of a record.
     *
     * @param record its number
     * @return class index, or -1
     */
    public int label(long record) {
        return copy.label(place(record));
    }

    /**
     * The name of a record's image.
     *
     * @param record its number
     * @return its identity in the collection
     */
    public String id(long record) {
        int place = place(record);
        long begin = copy.begin(place) + copies() * (long) (momentBytes() + header.codeBytes());
        return StandardCharsets.UTF_8
                .decode(read(begin, (int) (copy.end(place) - begin)))
                .toString();
    }

    /**
     * Means, then log-variances, of an image.
     *
     * @param record its number
     * @return {@code (2 C h w)}, neither clamped nor scaled; with codes the latent, {@code (C h w)}
     */
    public float[] moments(long record) {
        return momentsAt(copy.begin(place(record)));
    }

    private float[] momentsAt(long position) {
        return LatentNumbers.unpack(read(position, momentBytes()), header.numberType());
    }

    /**
     * Means, then log-variances, of a mirror image.
     *
     * @param record its number
     * @return {@code (2 C h w)}, neither clamped nor scaled; with codes the latent, {@code (C h w)}
     * @throws IllegalStateException if mirror images were not wanted
     */
    public float[] mirroredMoments(long record) {
        if (!mirrored) {
            throw new IllegalStateException("mirror images were not read");
        }
        return momentsAt(copy.begin(place(record)) + momentBytes());
    }

    /**
     * The ids of an image's codes, in row, column order.
     *
     * @param record its number
     * @return {@code (h w)}; empty where the tokenizer has no codes
     */
    public int[] codes(long record) {
        return codesAt(record, 0);
    }

    /**
     * The ids of a mirror image's codes.
     *
     * @param record its number
     * @return {@code (h w)}; empty where the tokenizer has no codes
     * @throws IllegalStateException if mirror images were not wanted
     */
    public int[] mirroredCodes(long record) {
        if (!mirrored) {
            throw new IllegalStateException("mirror images were not read");
        }
        return codesAt(record, 1);
    }

    private int[] codesAt(long record, int number) {
        long begin = copy.begin(place(record)) + copies() * (long) momentBytes() + (long) number * header.codeBytes();
        return header.codes() == 0 ? new int[0] : CodeNumbers.unpack(read(begin, header.codeBytes()), header.codes());
    }

    private int place(long record) {
        return Math.toIntExact(record - first);
    }

    private int copies() {
        return mirrored ? 2 : 1;
    }

    private int momentBytes() {
        return header.momentCount() * LatentNumbers.bytesOf(header.numberType());
    }

    private ByteBuffer read(long position, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        try {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, position + bytes.position()) < 0) {
                    throw new EOFException("it ends at byte " + channel.size());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the local copy of the latents cannot be read: " + e.getMessage(), e);
        }
        return bytes.flip();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the local copy of the latents cannot be closed: " + e.getMessage(), e);
        }
    }
}
