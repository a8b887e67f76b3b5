package io.github.marspark.data.latent;

import io.github.marspark.data.avro.LatentRecord;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.specific.SpecificDatumWriter;
import org.jspecify.annotations.Nullable;

/**
 * Writes a file of latent records. The bytes are a function of the header, the codec and the records alone: Avro's
 * marker between blocks, random by default, is derived from the header. Not thread-safe.
 */
public final class LatentWriter implements Closeable {
    /** Uncompressed bytes of a block; a reader holds one at a time. */
    private static final int BLOCK_BYTES = 1 << 20;

    private final String name;
    private final LatentHeader header;
    private final DataFileWriter<LatentRecord> writer;
    private long records;
    private long clampedValues;

    private LatentWriter(String name, LatentHeader header, DataFileWriter<LatentRecord> writer) {
        this.name = name;
        this.header = header;
        this.writer = writer;
    }

    /**
     * Begins a file.
     *
     * @param stream takes the bytes, and is closed with the writer
     * @param name names the file in messages
     * @param header what its records have in common
     * @param codec how its blocks are compressed
     * @return the writer
     * @throws UncheckedIOException if the header cannot be written
     */
    public static LatentWriter to(OutputStream stream, String name, LatentHeader header, LatentCodec codec) {
        DataFileWriter<LatentRecord> writer = new DataFileWriter<>(new SpecificDatumWriter<>(LatentSchema.of(header)));
        writer.setCodec(codec.factory());
        writer.setSyncInterval(BLOCK_BYTES);
        header.toMetadata().forEach(writer::setMeta);
        try {
            writer.create(LatentSchema.of(header), stream, header.syncMarker(codec.avroName()));
        } catch (IOException failure) {
            throw cannotWrite(name, failure);
        }
        return new LatentWriter(name, header, writer);
    }

    /**
     * Appends an image. Moments that do not fit the header's number type are clamped and counted.
     *
     * @param image its moments have {@link LatentHeader#momentCount()} numbers
     * @throws IllegalArgumentException if the image does not suit the header or has a moment that is not a number
     * @throws UncheckedIOException if it cannot be written
     */
    public void write(EncodedImage image) {
        LatentNumbers.Packed moments = LatentNumbers.pack(image.moments(), header.numberType());
        LatentNumbers.Packed mirror = LatentNumbers.pack(image.momentsMirror(), header.numberType());
        write(LatentRecord.newBuilder()
                .setId(image.id())
                .setPath(image.path())
                .setLabel(image.label())
                .setLabelName(image.labelName())
                .setMoments(moments.bytes())
                .setMomentsMirror(mirror.bytes())
                .setShape(header.shape())
                .setNumberType(header.numberType())
                .setWidth(image.width())
                .setHeight(image.height())
                .setCrop(header.imageSize())
                .setCodes(codes(image.codes()))
                .setCodesMirror(codes(image.codesMirror()))
                .build());
        clampedValues += moments.clamped() + mirror.clamped();
    }

    private @Nullable ByteBuffer codes(int[] ids) {
        return header.codes() == 0 ? null : CodeNumbers.pack(ids, header.codes());
    }

    /**
     * Appends a record as it is.
     *
     * @param record one that suits the header
     * @throws IllegalArgumentException if it does not
     * @throws UncheckedIOException if it cannot be written
     */
    public void write(LatentRecord record) {
        header.check("record " + record.getId() + " for " + name, record);
        try {
            writer.append(record);
        } catch (IOException failure) {
            throw cannotWrite(name, failure);
        }
        records++;
    }

    /**
     * {@return how many records were written}
     */
    public long records() {
        return records;
    }

    /**
     * {@return how many moments, of all images and their mirrors, did not fit the number type}
     */
    public long clampedValues() {
        return clampedValues;
    }

    /**
     * Writes what is pending and closes the stream.
     *
     * @throws UncheckedIOException if that fails; the file is not whole then
     */
    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException failure) {
            throw cannotWrite(name, failure);
        }
    }

    private static UncheckedIOException cannotWrite(String name, IOException failure) {
        return new UncheckedIOException(name + " cannot be written: " + failure.getMessage(), failure);
    }
}
