package io.github.marspark.data.latent;

import io.github.marspark.data.avro.LatentRecord;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.jspecify.annotations.Nullable;

/**
 * The records of a block. A block is walked through once before a record of it is read: each length has to lie inside it,
 * and its records have to fill it, so that reading makes no more room than the block itself takes. Not thread-safe.
 */
final class BlockRecords {
    /** What a writer closes a block at, many times over; beside it the records, whatever their size. */
    private static final int MOST_BYTES = 64 << 20;

    private final Schema schema;
    private final SpecificDatumReader<LatentRecord> reader;
    private final LatentCodec codec;
    private final int most;
    private @Nullable BinaryDecoder decoder;
    private long left;

    BlockRecords(LatentHeader header, LatentCodec codec) {
        this.codec = codec;
        this.schema = LatentSchema.of(header);
        this.reader = new SpecificDatumReader<>(schema, LatentRecord.getClassSchema());
        long record = 2L * header.momentCount() * LatentNumbers.bytesOf(header.numberType()) + 2L * header.codeBytes();
        this.most = (int) Math.min(Integer.MAX_VALUE - 16, MOST_BYTES + 2 * record);
    }

    /**
     * Goes to a block.
     *
     * @throws IOException if it is damaged
     */
    void open(LatentBlocks blocks) throws IOException {
        byte[] bytes = Decompression.of(codec, blocks.block(), most);
        requireFilled(bytes, blocks.records());
        decoder = DecoderFactory.get().binaryDecoder(bytes, null);
        left = blocks.records();
    }

    private void requireFilled(byte[] bytes, long records) throws IOException {
        BinaryDecoder walk = DecoderFactory.get().binaryDecoder(bytes, null);
        for (long i = 0; i < records; i++) {
            if (walk.isEnd()) {
                throw new IOException("a block of %d records holds %d".formatted(records, i));
            }
            RecordWalk.skip(schema, walk);
        }
        if (!walk.isEnd()) {
            throw new IOException("a block of %d records holds more".formatted(records));
        }
    }

    boolean hasNext() {
        return left > 0;
    }

    /** The next record of the block. */
    LatentRecord next() throws IOException {
        LatentRecord record = reader.read(null, decoder);
        left--;
        return record;
    }
}
