package io.github.marspark.data.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Writes a zip as PyTorch does: uncompressed, data aligned to 64 bytes by an extra field, sizes behind the data instead
 * of before it, zip64 fields where numbers exceed 32 bits. Holes are left unwritten, so that the disk stays empty.
 */
final class TorchFileWriter {

    private record Entry(String name, ByteBuffer content, long size, int method) {}

    private record Placed(Entry entry, long offset, int crc) {}

    private static final int ALIGNMENT = 64;
    private static final long MOST_32_BITS = 0xffffffffL;
    private static final int FLAGS = 0x0808;

    private final String folder;
    private final List<Entry> entries = new ArrayList<>();
    private boolean checksums = true;

    TorchFileWriter(String folder) {
        this.folder = folder;
    }

    static TorchFileWriter of(byte[] pickle) {
        return new TorchFileWriter("archive/")
                .entry("data.pkl", pickle)
                .entry("byteorder", "little".getBytes(StandardCharsets.UTF_8))
                .entry("version", "3\n".getBytes(StandardCharsets.UTF_8));
    }

    TorchFileWriter entry(String name, byte[] content) {
        entries.add(new Entry(folder + name, ByteBuffer.wrap(content), content.length, 0));
        return this;
    }

    TorchFileWriter compressedEntry(String name, byte[] content) {
        entries.add(new Entry(folder + name, ByteBuffer.wrap(content), content.length, 8));
        return this;
    }

    TorchFileWriter floats(String key, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return entry("data/" + key, bytes.array());
    }

    TorchFileWriter hole(String key, long bytes) {
        entries.add(new Entry(folder + "data/" + key, ByteBuffer.allocate(0), bytes, 0));
        return this;
    }

    /** As PyTorch writes when it was told to compute none. */
    TorchFileWriter withoutChecksums() {
        checksums = false;
        return this;
    }

    Path write(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            List<Placed> placed = new ArrayList<>();
            for (Entry entry : entries) {
                placed.add(writeEntry(channel, entry));
            }
            writeDirectory(channel, placed);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private Placed writeEntry(FileChannel channel, Entry entry) throws IOException {
        Placed placed = new Placed(entry, channel.position(), checksums ? (int) crc(entry) : 0);
        channel.write(localHeader(placed));
        channel.write(entry.content().duplicate());
        channel.position(channel.position() + entry.size() - entry.content().remaining());
        channel.write(descriptor(placed));
        return placed;
    }

    private static long crc(Entry entry) {
        CRC32 crc = new CRC32();
        crc.update(entry.content().duplicate());
        byte[] hole = new byte[1 << 20];
        for (long left = entry.size() - entry.content().remaining(); left > 0; left -= hole.length) {
            crc.update(hole, 0, (int) Math.min(left, hole.length));
        }
        return crc.getValue();
    }

    private static ByteBuffer localHeader(Placed placed) {
        byte[] name = name(placed);
        int unpadded = 30 + name.length + 4;
        int padding = (int) (ALIGNMENT - (placed.offset() + unpadded) % ALIGNMENT) % ALIGNMENT;
        ByteBuffer header = littleEndian(unpadded + padding);
        header.putInt(0x04034b50).putShort((short) 0).putShort((short) FLAGS).putShort((short)
                placed.entry().method());
        header.putInt(0).putInt(0).putInt(0).putInt(0);
        header.putShort((short) name.length).putShort((short) (4 + padding)).put(name);
        header.put((byte) 'F').put((byte) 'B').putShort((short) padding);
        while (header.hasRemaining()) {
            header.put((byte) 'Z');
        }
        return header.flip();
    }

    private static ByteBuffer descriptor(Placed placed) {
        long size = placed.entry().size();
        ByteBuffer descriptor = littleEndian(24).putInt(0x08074b50).putInt(placed.crc());
        if (size >= MOST_32_BITS) {
            descriptor.putLong(size).putLong(size);
        } else {
            descriptor.putInt((int) size).putInt((int) size);
        }
        return descriptor.flip();
    }

    private static void writeDirectory(FileChannel channel, List<Placed> placed) throws IOException {
        long offset = channel.position();
        for (Placed entry : placed) {
            channel.write(directoryEntry(entry));
        }
        channel.write(endOfDirectory(placed.size(), offset, channel.position()));
    }

    private static ByteBuffer directoryEntry(Placed placed) {
        byte[] name = name(placed);
        ByteBuffer extra = zip64Extra(placed);
        int size = (int) Math.min(placed.entry().size(), MOST_32_BITS);
        ByteBuffer header = littleEndian(46 + name.length + extra.remaining());
        header.putInt(0x02014b50).putInt(0).putShort((short) FLAGS).putShort((short)
                placed.entry().method());
        header.putInt(0).putInt(placed.crc()).putInt(size).putInt(size);
        header.putShort((short) name.length).putShort((short) extra.remaining());
        header.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0);
        header.putInt((int) Math.min(placed.offset(), MOST_32_BITS)).put(name).put(extra);
        return header.flip();
    }

    private static ByteBuffer zip64Extra(Placed placed) {
        boolean largeSize = placed.entry().size() >= MOST_32_BITS;
        boolean largeOffset = placed.offset() >= MOST_32_BITS;
        int length = (largeSize ? 16 : 0) + (largeOffset ? 8 : 0);
        if (length == 0) {
            return ByteBuffer.allocate(0);
        }
        ByteBuffer extra = littleEndian(4 + length).putShort((short) 1).putShort((short) length);
        if (largeSize) {
            extra.putLong(placed.entry().size()).putLong(placed.entry().size());
        }
        if (largeOffset) {
            extra.putLong(placed.offset());
        }
        return extra.flip();
    }

    private static ByteBuffer endOfDirectory(int count, long begin, long end) {
        ByteBuffer record = littleEndian(56 + 20 + 22);
        if (end >= MOST_32_BITS) {
            record.putInt(0x06064b50).putLong(44).putInt(0x002d002d).putInt(0).putInt(0);
            record.putLong(count).putLong(count).putLong(end - begin).putLong(begin);
            record.putInt(0x07064b50).putInt(0).putLong(end).putInt(1);
        }
        record.putInt(0x06054b50).putInt(0).putShort((short) count).putShort((short) count);
        record.putInt((int) (end - begin))
                .putInt((int) Math.min(begin, MOST_32_BITS))
                .putShort((short) 0);
        return record.flip();
    }

    private static byte[] name(Placed placed) {
        return placed.entry().name().getBytes(StandardCharsets.UTF_8);
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
