package io.github.marspark.jobs.images;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.compress.CodecPool;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.Decompressor;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The codecs of Parquet's pages, for files that may be damaged. The length of an unpacked page stands in the page's header,
 * which no checksum covers: where it says more than is there, Parquet's own reading asks a codec that has nothing left for
 * more, without end. Here that ends as {@link Damage}, and no more memory is taken than there are bytes.
 */
@SuppressWarnings("deprecation") // what a factory makes is deprecated, to be an interface once
final class ParquetCodecs extends CodecFactory {
    private static final Set<CompressionCodecName> FOREIGN =
            EnumSet.of(CompressionCodecName.BROTLI, CompressionCodecName.LZO);
    private static final int PIECE = 1 << 16;

    ParquetCodecs(Configuration configuration) {
        super(configuration, 0);
    }

    /**
     * The codec of a file for which there is no implementation among Spark's libraries.
     *
     * @param columns names of those that are read
     */
    static Optional<String> foreign(ParquetMetadata footer, Set<String> columns) {
        return footer.getBlocks().stream()
                .flatMap(group -> group.getColumns().stream())
                .filter(chunk -> columns.contains(chunk.getPath().toArray()[0]))
                .map(ColumnChunkMetaData::getCodec)
                .filter(FOREIGN::contains)
                .map(CompressionCodecName::name)
                .findFirst();
    }

    @Override
    protected BytesDecompressor createDecompressor(CompressionCodecName name) {
        return new Strict(getCodec(name));
    }

    /** Unpacks pages that are as long as they say; not thread-safe. */
    private static final class Strict extends BytesDecompressor {
        private final @Nullable CompressionCodec codec;
        private final @Nullable Decompressor decompressor;

        Strict(@Nullable CompressionCodec codec) {
            this.codec = codec;
            this.decompressor = codec == null ? null : CodecPool.getDecompressor(codec);
        }

        @Override
        public BytesInput decompress(BytesInput packed, int length) throws IOException {
            if (codec == null) {
                requireLength(packed.size(), length);
                return packed;
            }
            if (decompressor != null) {
                decompressor.reset();
            }
            try (InputStream stream = codec.createInputStream(packed.toInputStream(), decompressor)) {
                return BytesInput.from(read(stream, length));
            }
        }

        @Override
        public void decompress(ByteBuffer packed, int packedLength, ByteBuffer unpacked, int length)
                throws IOException {
            ByteBuffer page = packed.duplicate().limit(packed.position() + packedLength);
            unpacked.put(decompress(BytesInput.from(page), length).toByteBuffer());
        }

        /** A codec that returns no byte, or says that it has none, has nothing left. */
        private static byte[] read(InputStream stream, int length) throws IOException {
            ByteArrayOutputStream page = new ByteArrayOutputStream(Math.max(0, Math.min(length, PIECE)));
            byte[] piece = new byte[PIECE];
            int count = 1;
            while (count > 0 && page.size() < length) {
                count = stream.read(piece, 0, Math.min(PIECE, length - page.size()));
                page.write(piece, 0, Math.max(0, count));
            }
            requireLength(page.size(), length);
            return page.toByteArray();
        }

        private static void requireLength(long found, int said) throws Damage {
            if (found != said) {
                throw new Damage("a page that should unpack to %d bytes has %d".formatted(said, found));
            }
        }

        @Override
        public void release() {
            if (decompressor != null) {
                CodecPool.returnDecompressor(decompressor);
            }
        }
    }
}
