package io.github.marspark.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads event files as TensorBoard does: each record's checksums are compared, each field has the type that its message has. */
public final class EventReader {
    /** Bits of a checksum, of Castagnoli's polynomial, its lowest coefficient first. */
    private static final int POLYNOMIAL = 0x82f63b78;

    private EventReader() {}

    /**
     * An event.
     *
     * @param step of the training
     * @param version of the file, of the first event
     * @param numbers by tag
     * @param images by tag, with height and width before the bytes
     */
    public record Event(long step, String version, Map<String, Float> numbers, Map<String, Image> images) {}

    /** A picture. */
    public record Image(int height, int width, int channels, byte[] png) {}

    public static List<Event> read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Event> events = new ArrayList<>();
        while (bytes.hasRemaining()) {
            byte[] length = take(bytes, Long.BYTES);
            assertThat(bytes.getInt()).isEqualTo(masked(length));
            byte[] event = take(
                    bytes,
                    Math.toIntExact(ByteBuffer.wrap(length)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong()));
            assertThat(bytes.getInt()).isEqualTo(masked(event));
            events.add(event(CodedInputStream.newInstance(event)));
        }
        return events;
    }

    private static byte[] take(ByteBuffer bytes, int count) {
        byte[] taken = new byte[count];
        bytes.get(taken);
        return taken;
    }

    /** Computed bit by bit, so as not to trust the library that wrote it. */
    private static int masked(byte[] bytes) {
        int sum = -1;
        for (byte b : bytes) {
            sum ^= b & 0xff;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                sum = (sum >>> 1) ^ ((sum & 1) * POLYNOMIAL);
            }
        }
        return Integer.rotateRight(~sum, 15) + 0xa282ead8;
    }

    private static Event event(CodedInputStream in) throws IOException {
        long step = 0;
        String version = "";
        Map<String, Float> numbers = new TreeMap<>();
        Map<String, Image> images = new TreeMap<>();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case 1 << 3 | 1 -> assertThat(in.readDouble()).isGreaterThan(1.6e9);
                case 2 << 3 -> step = in.readInt64();
                case 3 << 3 | 2 -> version = in.readString();
                case 5 << 3 | 2 -> summary(CodedInputStream.newInstance(in.readByteArray()), numbers, images);
                default -> throw new IOException("an event has no field with tag " + tag);
            }
        }
        return new Event(step, version, numbers, images);
    }

    private static void summary(CodedInputStream in, Map<String, Float> numbers, Map<String, Image> images)
            throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            assertThat(tag).isEqualTo(1 << 3 | 2);
            value(CodedInputStream.newInstance(in.readByteArray()), numbers, images);
        }
    }

    private static void value(CodedInputStream in, Map<String, Float> numbers, Map<String, Image> images)
            throws IOException {
        String name = "";
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case 1 << 3 | 2 -> name = in.readString();
                case 2 << 3 | 5 -> numbers.put(name, in.readFloat());
                case 4 << 3 | 2 -> images.put(name, image(CodedInputStream.newInstance(in.readByteArray())));
                default -> throw new IOException("a value has no field with tag " + tag);
            }
        }
    }

    private static Image image(CodedInputStream in) throws IOException {
        assertThat(in.readTag()).isEqualTo(1 << 3);
        int height = in.readInt32();
        assertThat(in.readTag()).isEqualTo(2 << 3);
        int width = in.readInt32();
        assertThat(in.readTag()).isEqualTo(3 << 3);
        int channels = in.readInt32();
        assertThat(in.readTag()).isEqualTo(4 << 3 | 2);
        return new Image(height, width, channels, in.readByteArray());
    }
}
