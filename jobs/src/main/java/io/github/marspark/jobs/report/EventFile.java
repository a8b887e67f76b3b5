package io.github.marspark.jobs.report;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.github.marspark.jobs.files.FileStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A file of events that TensorBoard reads: records of TFRecord's framing, each an {@code Event} of TensorFlow's protocol
 * buffers. A training that goes on begins another file in the same folder, as TensorBoard expects. Not thread-safe.
 *
 * @see <a href="https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details">framing</a>
 * @see <a href="https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/util/event.proto">events</a>
 */
public final class EventFile implements AutoCloseable {
    private static final String VERSION = "brain.Event:2";
    private static final int MASK_ROTATION = 15;
    private static final int MASK_DELTA = 0xa282ead8;
    private static final int RGB = 3;

    private final OutputStream stream;
    private final String path;

    /**
     * Begins a file.
     *
     * @param folder where TensorBoard looks
     * @param host of the driver, part of the name
     * @throws UncheckedIOException if it cannot be written
     */
    public EventFile(FileStore folder, String host) {
        long now = System.currentTimeMillis();
        String name = "events.out.tfevents.%010d.%s.%d".formatted(now / 1000, host, now % 1000);
        this.path = folder.path(name).toString();
        this.stream = folder.create(name);
        append(0, event -> event.writeString(3, VERSION));
    }

    /**
     * Adds numbers.
     *
     * @param step after which they are so
     * @param numbers by their tags, such as {@code training/loss}
     * @throws UncheckedIOException if they cannot be written
     */
    public void addScalars(long step, Map<String, Double> numbers) {
        append(
                step,
                event -> event.writeByteArray(5, message(summary -> {
                    for (Map.Entry<String, Double> number : numbers.entrySet()) {
                        summary.writeByteArray(1, message(value -> {
                            value.writeString(1, number.getKey());
                            value.writeFloat(2, number.getValue().floatValue());
                        }));
                    }
                })));
    }

    /**
     * Adds a picture.
     *
     * @param step of which it is
     * @param tag such as {@code previews}
     * @param png its bytes
     * @param width in pixels
     * @param height in pixels
     * @throws UncheckedIOException if it cannot be written
     */
    public void addImage(long step, String tag, byte[] png, int width, int height) {
        append(
                step,
                event -> event.writeByteArray(
                        5,
                        message(summary -> summary.writeByteArray(1, message(value -> {
                            value.writeString(1, tag);
                            value.writeByteArray(4, message(image -> {
                                image.writeInt32(1, height);
                                image.writeInt32(2, width);
                                image.writeInt32(3, RGB);
                                image.writeBytes(4, ByteString.copyFrom(png));
                            }));
                        })))));
    }

    /**
     * Lets TensorBoard see what was added.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    public void flush() {
        try {
            stream.flush();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** What a message consists of. */
    @FunctionalInterface
    private interface Fields {
        void writeTo(CodedOutputStream message) throws IOException;
    }

    private static byte[] message(Fields fields) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream message = CodedOutputStream.newInstance(bytes);
        fields.writeTo(message);
        message.flush();
        return bytes.toByteArray();
    }

    private void append(long step, Fields what) {
        try {
            byte[] event = message(fields -> {
                fields.writeDouble(1, System.currentTimeMillis() / 1e3);
                fields.writeInt64(2, step);
                what.writeTo(fields);
            });
            byte[] length = little(Long.BYTES).putLong(event.length).array();
            stream.write(length);
            stream.write(little(Integer.BYTES).putInt(masked(length)).array());
            stream.write(event);
            stream.write(little(Integer.BYTES).putInt(masked(event)).array());
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The checksum, changed so that a checksum of data that hold checksums is a good one too. */
    private static int masked(byte[] bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        return Integer.rotateRight((int) sum.getValue(), MASK_ROTATION) + MASK_DELTA;
    }

    private UncheckedIOException failure(IOException cause) {
        return new UncheckedIOException(path + " cannot be written: " + cause.getMessage(), cause);
    }

    @Override
    public void close() {
        try {
            stream.close();
        } catch (IOException e) {
            throw failure(e);
        }
    }
}
