package io.github.marspark.data.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafeTensorsTest {

    private static final int[] SPECIAL_BITS = {
        0x00000000, 0x80000000, 0x00000001, 0x807fffff, 0x7f800000, 0xff800000, 0x7fc01234, 0x7f800001, 0xffbfffff
    };

    @TempDir
    Path folder;

    @Test
    void everyBitPatternSurvivesWritingAndReading() {
        Random random = new Random(7);
        int[] bits = IntStream.concat(
                        Arrays.stream(SPECIAL_BITS),
                        IntStream.generate(random::nextInt).limit(200_000))
                .toArray();
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(bits.length * Integer.BYTES).order(ByteOrder.nativeOrder());
        bytes.asIntBuffer().put(bits);

        Path file = write(new MemoryTensors("memory").put("x", Shape.of(bits.length), bytes.asFloatBuffer()));

        try (SafeTensors read = SafeTensors.open(file)) {
            ByteBuffer target =
                    ByteBuffer.allocateDirect(bits.length * Integer.BYTES).order(ByteOrder.nativeOrder());
            read.copy("x", target.asFloatBuffer());
            int[] back = new int[bits.length];
            target.asIntBuffer().get(back);
            assertThat(back).isEqualTo(bits);
        }
    }

    @Test
    void namesShapesOrderAndMetadataSurvive() {
        MemoryTensors tensors = new MemoryTensors("memory")
                .put("z.weight", Shape.of(2, 3), floats(1, 2, 3, 4, 5, 6))
                .put("a \"quoted\" ä\n", Shape.of(), floats(7))
                .put("empty", Shape.of(0, 4), floats());
        Path file = folder.resolve("w.safetensors");
        SafeTensors.write(file, tensors, Map.of("step", "10", "kind", "ema"));

        try (SafeTensors read = SafeTensors.open(file)) {
            assertThat(read.names()).containsExactly("z.weight", "a \"quoted\" ä\n", "empty");
            assertThat(read.shapes()).isEqualTo(tensors.shapes());
            assertThat(read.metadata()).containsExactly(Map.entry("kind", "ema"), Map.entry("step", "10"));
            assertThat(read.floats("z.weight")).containsExactly(1, 2, 3, 4, 5, 6);
            assertThat(read.floats("a \"quoted\" ä\n")).containsExactly(7);
            assertThat(read.floats("empty")).isEmpty();
            assertThat(read.description("z.weight").bytes()).isEqualTo(24);
            assertThat(read.source()).isEqualTo(file.toString());
        }
    }

    @Test
    void writesTheSameBytesForTheSameTensors() throws IOException {
        Map<String, String> oneOrder = new LinkedHashMap<>();
        oneOrder.put("b", "2");
        oneOrder.put("a", "1");
        MemoryTensors tensors = new MemoryTensors("memory").put("w", Shape.of(2), floats(1, -1));
        SafeTensors.write(folder.resolve("one"), tensors, oneOrder);
        SafeTensors.write(folder.resolve("other"), tensors, Map.of("a", "1", "b", "2"));

        byte[] bytes = Files.readAllBytes(folder.resolve("one"));

        assertThat(Files.readAllBytes(folder.resolve("other"))).isEqualTo(bytes);
        assertThat(new String(bytes, 8, bytes.length - 16, StandardCharsets.UTF_8).strip())
                .isEqualTo("{\"__metadata__\":{\"a\":\"1\",\"b\":\"2\"},"
                        + "\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}");
        assertThat(bytes.length % 8).isZero();
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong())
                .isEqualTo(bytes.length - 16);
    }

    @Test
    void replacesAFileAndLeavesNothingElseBehind() throws IOException {
        Path file = folder.resolve("w");
        Files.writeString(file, "old");
        SafeTensors.write(file, new MemoryTensors("memory").put("w", Shape.of(1), floats(1)), Map.of());

        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aFailureWhileWritingKeepsTheOldFile() throws IOException {
        Path file = folder.resolve("w");
        Files.writeString(file, "old");

        assertThatThrownBy(() -> SafeTensors.write(file, new ShortTensors(), Map.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("short handed out 4 bytes, its shapes need 8; nothing was written");
        assertThat(file).hasContent("old");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void refusesToWriteWhereThereIsNoFolder() {
        Path file = folder.resolve("missing/w");

        assertThatThrownBy(() ->
                        SafeTensors.write(file, new MemoryTensors("memory").put("w", Shape.of(1), floats(1)), Map.of()))
                .isInstanceOf(WeightFileException.class)
                .hasMessageMatching(".*/missing/w: could not be written: there is no .*/missing/.*; check the path");
    }

    @Test
    void refusesToWriteATensorWithTheReservedName() {
        MemoryTensors tensors = new MemoryTensors("memory").put("__metadata__", Shape.of(1), floats(1));

        assertThatThrownBy(() -> SafeTensors.write(folder.resolve("w"), tensors, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a tensor is named __metadata__, which safetensors reserves; rename it");
    }

    @Test
    void readsOtherNumberTypesAsFloats() {
        Path file = raw(
                "{\"half\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},"
                        + "\"brain\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[4,6]},"
                        + "\"flag\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[6,8]},"
                        + "\"count\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[8,16]}}",
                0x00,
                0x3c,
                0x01,
                0x80,
                0xc0,
                0x3f,
                1,
                0,
                0x39,
                0x30,
                0,
                0,
                0,
                0,
                0,
                0);

        try (SafeTensors read = SafeTensors.open(file)) {
            assertThat(read.floats("half")).containsExactly(1f, -0x1p-24f);
            assertThat(read.floats("brain")).containsExactly(1.5f);
            assertThat(read.floats("flag")).containsExactly(1f, 0f);
            assertThat(read.floats("count")).containsExactly(12345f);
            assertThat(read.description("half").type()).isEqualTo(ElementType.F16);
        }
    }

    @Test
    void tensorsOfOtherTypesAreKnownAndNotRead() {
        Path file = raw(
                "{\"eight\":{\"dtype\":\"F8_E4M3\",\"shape\":[3],\"data_offsets\":[0,3]},"
                        + "\"four\":{\"dtype\":\"F4\",\"shape\":[2],\"data_offsets\":[3,4]},"
                        + "\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[4,5]}}",
                1,
                2,
                3,
                4,
                5);

        try (SafeTensors read = SafeTensors.open(file)) {
            assertThat(read.names()).containsExactly("eight", "four", "w");
            assertThat(read.floats("w")).containsExactly(5);
            assertThatThrownBy(() -> read.floats("eight"))
                    .isInstanceOf(WeightFileException.class)
                    .hasMessage(file + ": tensor eight has type F8_E4M3, which is not read; save it as F32");
        }
    }

    @Test
    void anUnknownNameIsRefused() {
        try (SafeTensors read = SafeTensors.open(raw("{}"))) {
            assertThat(read.names()).isEmpty();
            assertThatThrownBy(() -> read.floats("x"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(read.source() + " has no tensor named x");
        }
    }

    @Test
    void aDamagedHeaderIsRefusedWithItsReason() {
        refused("{\"a\":").contains("its header is not valid JSON (").endsWith("); the file is damaged");
        refused("{} {}").contains("its header is not valid JSON (");
        refused("{\"a\":1,\"a\":1}").contains("its header is not valid JSON (Duplicate field 'a')");
        refused("[]").endsWith("the header is no JSON object; the file is damaged");
        refused("{\"a\":1}").endsWith("tensor a is no JSON object; the file is damaged");
        refused("{\"__metadata__\":{\"a\":1}}").endsWith("a is missing or no text; the file is damaged");
        refused("{\"a\":{}}").endsWith("dtype of a is missing or no text; the file is damaged");
    }

    @Test
    void aDamagedTensorIsRefusedWithItsReason() {
        refused(tensor("F33", "[1]", "[0,4]"))
                .endsWith("tensor a has type F33, which is none of the format's; the file is damaged");
        refused(tensor("F8_E4M3", "[1]", "[0,4]"))
                .endsWith("tensor a (1) F8_E4M3 has 4 bytes of data; the file is damaged");
        refused(tensor("F32", "2", "[0,4]"))
                .endsWith("tensor a has no list of numbers named shape; the file is damaged");
        refused(tensor("F32", "[1.5]", "[0,4]"))
                .endsWith("tensor a has 1.5 in shape, must be an integer; the file is damaged");
        refused(tensor("F32", "[99999999999999999999]", "[0,4]"))
                .endsWith("tensor a has 99999999999999999999 in shape, must be an integer; the file is damaged");
        refused(tensor("F32", "[-1]", "[0,4]"))
                .endsWith("tensor a: dimension 0 is -1, must be at least 0; the file is damaged");
        refused(tensor("F32", "[4294967296,4294967296]", "[0,4]"))
                .endsWith("tensor a: shape [4294967296, 4294967296] has more than 2^63 - 1 elements;"
                        + " the file is damaged");
        refused(tensor("F32", "[2]", "[0,4]")).endsWith("tensor a (2) F32 has 4 bytes of data; the file is damaged");
        refused(tensor("F32", "[4611686018427387905]", "[0,4]"))
                .endsWith("tensor a (4611686018427387905) F32 has 4 bytes of data; the file is damaged");
    }

    @Test
    void dataThatOverlapsLeavesAGapOrIsOutsideIsRefused() {
        refused(tensor("F32", "[1]", "[0]")).endsWith("tensor a has 1 data_offsets, must have 2; the file is damaged");
        refused(tensor("F32", "[1]", "[4,0]"))
                .endsWith("tensor a lies at bytes 4 to 0, which is no range; the file is damaged");
        refused(tensor("F32", "[2]", "[0,8]"))
                .endsWith("tensor a lies at bytes 0 to 8 of 4 bytes of data; the file was cut short, copy it again");
        refused("{" + pair("a", "[0,4]") + "," + pair("b", "[0,4]") + "}")
                .endsWith("tensor b begins at byte 0 inside of another; the file is damaged");
        refused("{" + pair("a", "[4,8]") + "}", 8)
                .endsWith("4 bytes before tensor a belong to no tensor; the file is damaged");
        refused("{" + pair("a", "[0,4]") + "}", 7)
                .endsWith("3 bytes at its end belong to no tensor; the file is damaged");
    }

    @Test
    void aFileThatIsTooShortIsRefused() throws IOException {
        Path tiny = Files.write(folder.resolve("tiny"), new byte[3]);
        refusedFile(tiny).isEqualTo(tiny + ": is 3 bytes long, too short for a safetensors file; copy it again");

        Path cut = Files.write(folder.resolve("cut"), new byte[] {100, 0, 0, 0, 0, 0, 0, 0, '{'});
        refusedFile(cut)
                .isEqualTo(
                        cut + ": ends inside its header (1 of 100 bytes are there); it was cut short, copy it again");

        Path huge = Files.write(folder.resolve("huge"), new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, '{'});
        refusedFile(huge)
                .isEqualTo(huge + ": says that its header has 18446744073709551615 bytes, the limit is 16777216;"
                        + " it is damaged or not a safetensors file");
    }

    @Test
    void aMissingFileIsNamed() {
        Path missing = folder.resolve("none");
        refusedFile(missing).isEqualTo(missing + ": could not be read: there is no " + missing + "; check the path");
    }

    @Test
    void aFileThatShrinksAfterOpeningIsNoticed() throws IOException {
        Path file = write(new MemoryTensors("memory").put("w", Shape.of(2), floats(1, 2)));
        try (SafeTensors read = SafeTensors.open(file)) {
            byte[] bytes = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));

            assertThatThrownBy(() -> read.floats("w"))
                    .isInstanceOf(WeightFileException.class)
                    .hasMessage(file + ": could not be read: the file ends inside a tensor");
        }
    }

    @Test
    void anyFlippedByteIsReadOrRefusedWithASentence() throws IOException {
        Path good = write(new MemoryTensors("memory")
                .put("a", Shape.of(2, 2), floats(1, 2, 3, 4))
                .put("b", Shape.of(), floats(5)));
        byte[] bytes = Files.readAllBytes(good);
        Random random = new Random(11);
        for (int i = 0; i < 1000; i++) {
            Path file = Files.write(folder.resolve("mutated"), Mutations.of(bytes, random));
            Mutations.assertReadOrRefused(file, SafeTensors::open);
        }
    }

    private Path write(NamedTensors tensors) {
        Path file = folder.resolve("w.safetensors");
        SafeTensors.write(file, tensors, Map.of());
        return file;
    }

    private Path raw(String header, int... data) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        bytes.writeBytes(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .array());
        bytes.writeBytes(json);
        Arrays.stream(data).forEach(bytes::write);
        try {
            return Files.write(folder.resolve("raw.safetensors"), bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private AbstractStringAssert<?> refused(String header) {
        return refused(header, 4);
    }

    private AbstractStringAssert<?> refused(String header, int dataBytes) {
        return refusedFile(raw(header, new int[dataBytes]));
    }

    private static AbstractStringAssert<?> refusedFile(Path file) {
        return assertThatThrownBy(() -> SafeTensors.open(file))
                .isInstanceOf(WeightFileException.class)
                .hasMessageStartingWith(file + ": ")
                .message();
    }

    private static FloatBuffer floats(float... values) {
        return FloatBuffer.wrap(values);
    }

    private static String tensor(String type, String shape, String offsets) {
        return "{\"a\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";
    }

    private static String pair(String name, String offsets) {
        return "\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":" + offsets + "}";
    }

    /** Claims two values and hands out one. */
    private static final class ShortTensors implements NamedTensors {
        @Override
        public String source() {
            return "short";
        }

        @Override
        public List<String> names() {
            return List.of("w");
        }

        @Override
        public TensorDescription description(String name) {
            return new TensorDescription(name, ElementType.F32, Shape.of(2));
        }

        @Override
        public void read(String name, Consumer<FloatBuffer> chunks) {
            chunks.accept(FloatBuffer.allocate(1));
        }

        @Override
        public void close() {}
    }
}
