package io.github.marspark.data.statistics;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What NumPy writes before the values of an array.
 *
 * @param type such as {@code <f8}: byte order, kind, bytes
 * @param fortranOrder whether the first index is the one that runs fastest
 * @param shape sizes, none for a scalar
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">the format</a>
 */
record NpyHeader(String type, boolean fortranOrder, List<Long> shape) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;

    /** Bytes of a header that nobody writes; a damaged length is not believed. */
    private static final int MOST_BYTES = 1 << 20;

    private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\s]*)\\)");

    /**
     * Reads a header; the stream stands before the first value then.
     *
     * @throws IOException whose message says what is wrong
     */
    static NpyHeader read(InputStream stream) throws IOException {
        byte[] start = stream.readNBytes(MAGIC.length + 2);
        if (start.length < MAGIC.length + 2 || !Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new IOException("does not begin as an array of NumPy");
        }
        boolean shortLength = start[MAGIC.length] == 1;
        byte[] length = exactly(stream, shortLength ? Short.BYTES : Integer.BYTES);
        ByteBuffer number = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN);
        int bytes = shortLength ? Short.toUnsignedInt(number.getShort()) : number.getInt();
        if (bytes < 0 || bytes > MOST_BYTES) {
            throw new IOException("has a header of " + Integer.toUnsignedString(bytes) + " bytes");
        }
        String text = new String(exactly(stream, bytes), StandardCharsets.ISO_8859_1);
        return new NpyHeader(
                find(TYPE, text, "type"), find(ORDER, text, "order").equals("True"), shape(find(SHAPE, text, "shape")));
    }

    private static byte[] exactly(InputStream stream, int count) throws IOException {
        byte[] bytes = stream.readNBytes(count);
        if (bytes.length < count) {
            throw new IOException("ends inside its header");
        }
        return bytes;
    }

    private static String find(Pattern pattern, String header, String what) throws IOException {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw new IOException("has a header without " + what);
        }
        return matcher.group(1);
    }

    private static List<Long> shape(String text) throws IOException {
        try {
            return Pattern.compile(",")
                    .splitAsStream(text)
                    .map(String::strip)
                    .filter(size -> !size.isEmpty())
                    .map(Long::valueOf)
                    .toList();
        } catch (NumberFormatException e) {
            throw new IOException("has the shape (" + text + ")", e);
        }
    }

    /** Writes the header in the first version of the format. */
    void write(OutputStream stream) throws IOException {
        String sizes = shape.stream().map(size -> size + ",").collect(Collectors.joining(" "));
        String text = "{'descr': '" + type + "', 'fortran_order': " + (fortranOrder ? "True" : "False") + ", 'shape': ("
                + (shape.size() > 1 ? sizes.substring(0, sizes.length() - 1) : sizes) + "), }";
        int unpadded = MAGIC.length + 2 + Short.BYTES + text.length() + 1;
        int padding = (ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT;
        int length = text.length() + padding + 1;
        stream.write(MAGIC);
        stream.write(new byte[] {1, 0, (byte) length, (byte) (length >> Byte.SIZE)});
        stream.write((text + " ".repeat(padding) + "\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The order of a value's bytes. */
    ByteOrder byteOrder() {
        return type.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    /** Kind and bytes of a value, such as {@code f8}. */
    String kind() {
        return type.isEmpty() ? type : type.substring(1);
    }

    @Override
    public String toString() {
        return type + shape.stream().map(String::valueOf).collect(Collectors.joining(", ", " (", ")"));
    }
}
