package io.github.marspark.data.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.avro.LatentRecord;
import io.github.marspark.data.avro.NumberType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids of codes beside latents. */
class LatentCodesTest {
    private static LatentHeader header(int codes) {
        return new LatentHeader("sha256:0123", 1, 2, 3, 0.5, NumberType.FLOAT32, 24, List.of("cat"), codes);
    }

    private static EncodedImage image(int... codes) {
        float[] moments = codes.length == 0 ? new float[12] : new float[] {1, -2, 3, -4, 5, -6};
        int[] mirror = new int[codes.length];
        for (int i = 0; i < codes.length; i++) {
            mirror[i] = codes[codes.length - 1 - i];
        }
        return new EncodedImage("a", "b", 0, "cat", 1, 1, moments, moments, codes, mirror);
    }

    private static byte[] written(LatentHeader header, EncodedImage image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (LatentWriter writer = LatentWriter.to(bytes, "part.avro", header, LatentCodec.SNAPPY)) {
            writer.write(image);
        }
        return bytes.toByteArray();
    }

    private static List<LatentRecord> read(byte[] bytes) {
        List<LatentRecord> records = new ArrayList<>();
        try (LatentReader reader = LatentReader.of(new ByteArrayInputStream(bytes), "part.avro")) {
            reader.iterator().forEachRemaining(records::add);
        }
        return records;
    }

    @ParameterizedTest
    @ValueSource(ints = {65_536, 65_537})
    void idsAreReadAsTheyWereWritten(int codes) {
        int[] ids = {0, 1, codes - 1, 32_768, 255, 256};
        byte[] bytes = written(header(codes), image(ids));
        try (LatentReader reader = LatentReader.of(new ByteArrayInputStream(bytes), "part.avro")) {
            assertThat(reader.header()).isEqualTo(header(codes));
        }
        LatentRecord record = read(bytes).get(0);
        assertThat(record.getCodes().remaining()).isEqualTo(codes == 65_536 ? 12 : 24);
        assertThat(CodeNumbers.unpack(record.getCodes(), codes)).containsExactly(ids);
        assertThat(CodeNumbers.unpack(record.getCodesMirror(), codes))
                .containsExactly(256, 255, 32_768, codes - 1, 1, 0);
    }

    @Test
    void besideIdsStandsTheLatentWithoutLogVariances() {
        LatentHeader header = header(8);
        assertThat(header.shape()).containsExactly(1, 2, 3);
        LatentRecord record = read(written(header, image(0, 1, 2, 3, 4, 5))).get(0);
        assertThat(record.getShape()).containsExactly(1, 2, 3);
        float[] moments = LatentNumbers.unpack(record.getMoments(), NumberType.FLOAT32);
        assertThat(header.distribution().sample(moments, new float[] {9, 9, 9, 9, 9, 9}, header.scaleFactor()))
                .containsExactly(0.5f, -1, 1.5f, -2, 2.5f, -3);
    }

    @Test
    void aFileWithoutCodesHasNothingOfThem() {
        byte[] bytes = written(header(0), image());
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).doesNotContain("codes", "mar.code");
        assertThat(read(bytes).get(0).getCodes()).isNull();
    }

    @Test
    void anIdBeyondTheCodesIsNamedWithItsPlace() {
        assertThatThrownBy(() -> written(header(8), image(0, 1, 2, 3, 8, 5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "record a for part.avro has id 8 in codes at row 1, column 1, must be below 8, the codes of its tokenizer");
    }

    @Test
    void everyPlaceHasAnId() {
        assertThatThrownBy(() -> written(header(8), image(0, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("record a for part.avro has bytes of codes 4, must be 12 as in the file's header");
    }

    @Test
    void aNumberOfCodesIsNotNegative() {
        assertThatThrownBy(() -> header(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("codes is -1, must be at least 0");
    }
}
