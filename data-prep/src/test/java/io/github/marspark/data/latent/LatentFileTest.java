package io.github.marspark.data.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.avro.LatentRecord;
import io.github.marspark.data.avro.NumberType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.specific.SpecificDatumWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LatentFileTest {
    private static final LatentHeader HEADER =
            new LatentHeader("sha256:0123", 4, 3, 2, 0.2325, NumberType.FLOAT16, 24, List.of("cat", "dog, \"ü\""));

    @ParameterizedTest
    @EnumSource
    void readsBackWhatWasWritten(LatentCodec codec) {
        byte[] file = written(HEADER, codec, images(300));

        List<LatentRecord> records = new ArrayList<>();
        try (LatentReader reader = LatentReader.of(new ByteArrayInputStream(file), "shard.avro")) {
            assertThat(reader.header()).isEqualTo(HEADER);
            reader.forEach(records::add);
        }

        assertThat(records).hasSize(300);
        LatentRecord record = records.get(7);
        assertThat(record.getId()).isEqualTo("dog/7.png");
        assertThat(record.getPath()).isEqualTo("file:/images/dog/7.png");
        assertThat(record.getLabel()).isEqualTo(1);
        assertThat(record.getLabelName()).isEqualTo("dog, \"ü\"");
        assertThat(record.getShape()).containsExactly(8, 3, 2);
        assertThat(record.getNumberType()).isEqualTo(NumberType.FLOAT16);
        assertThat(record.getWidth()).isEqualTo(500);
        assertThat(record.getHeight()).isEqualTo(375);
        assertThat(record.getCrop()).isEqualTo(24);
        assertThat(LatentNumbers.unpack(record.getMoments(), NumberType.FLOAT16))
                .containsExactly(moments(7));
        assertThat(LatentNumbers.unpack(record.getMomentsMirror(), NumberType.FLOAT16))
                .containsExactly(moments(1007));
    }

    @Test
    void readsAFile(@TempDir Path folder) throws IOException {
        byte[] bytes = written(HEADER, LatentCodec.SNAPPY, images(3));
        Path file = Files.write(folder.resolve("shard.avro"), bytes);

        try (LatentReader local = LatentReader.open(file);
                LatentReader reader = reading(bytes)) {
            assertThat(local).containsExactlyElementsOf(reader);
        }
    }

    @Test
    void readsAFileWithoutRecords() {
        assertThat(reading(written(HEADER, LatentCodec.SNAPPY, List.of()))).isEmpty();
    }

    @Test
    void keepsImagesWithoutALabel() {
        EncodedImage image = new EncodedImage("a", "b", LatentHeader.UNLABELLED, null, 1, 1, moments(0), moments(1));

        try (LatentReader reader = reading(written(HEADER, LatentCodec.NULL, List.of(image)))) {
            LatentRecord record = reader.iterator().next();
            assertThat(record.getLabel()).isEqualTo(-1);
            assertThat(record.getLabelName()).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theBytesAreAFunctionOfTheRecords(LatentCodec codec) {
        assertThat(written(HEADER, codec, images(300))).isEqualTo(written(HEADER, codec, images(300)));
    }

    @Test
    void countsClampedValues() throws IOException {
        float[] moments = moments(0);
        moments[5] = 1e6f;
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        try (LatentWriter writer = LatentWriter.to(stream, "shard.avro", HEADER, LatentCodec.NULL)) {
            writer.write(new EncodedImage("a", "b", 0, "cat", 1, 1, moments, moments));
            assertThat(writer.clampedValues()).isEqualTo(2);
            assertThat(writer.records()).isEqualTo(1);
        }
    }

    @Test
    void refusesRecordsThatDoNotSuitTheHeader() {
        LatentWriter writer = LatentWriter.to(new ByteArrayOutputStream(), "shard.avro", HEADER, LatentCodec.NULL);

        assertThatThrownBy(() -> writer.write(new EncodedImage("a", "b", 0, "cat", 1, 1, new float[2], moments(0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("record a for shard.avro has bytes of moments 4, must be 96 as in the file's header");
        assertThatThrownBy(() -> writer.write(new EncodedImage("a", "b", 2, "cow", 1, 1, moments(0), moments(0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("record a for shard.avro has label 2, must be -1 or less than the 2 classes of the file");
    }

    @Test
    void refusesWhatIsNoFileOfLatents() throws IOException {
        assertThatThrownBy(() -> reading("cat,dog\n1,2\n".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("shard.avro is no Avro file (")
                .hasMessageEndingWith("); give files that the encode job wrote");
        assertThatThrownBy(() -> reading(new byte[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("shard.avro is no Avro file (");
        assertThatThrownBy(() -> reading(withMetadata(Map.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shard.avro has no mar.format.version in its metadata: it is no file of latents; give files"
                        + " that the encode job wrote");
    }

    @Test
    void refusesMetadataItCannotUse() throws IOException {
        assertThatThrownBy(() -> reading(withMetadata(changed("mar.format.version", "2"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shard.avro has latents of format 2, this release reads format 1; encode the images again");
        assertThatThrownBy(() -> reading(withMetadata(changed("mar.latent.width", "wide"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasStackTraceContaining(
                        "shard.avro has mar.latent.width = \"wide\" in its metadata, which is malformed;"
                                + " encode the images again");
        assertThatThrownBy(() -> reading(withMetadata(changed("mar.classes", "cat"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("shard.avro has mar.classes = \"cat\" in its metadata, which is malformed");
    }

    @Test
    void namesTheFileAndPlaceOfDamage() {
        byte[] whole = written(HEADER, LatentCodec.SNAPPY, images(3000));
        byte[] flipped = whole.clone();
        Arrays.fill(flipped, flipped.length - 5_000, flipped.length - 4_000, (byte) 0x5a);

        assertDamaged(flipped);
        for (int cut = 1; cut < 3000; cut += 37) {
            assertDamaged(Arrays.copyOf(whole, whole.length - cut));
        }
    }

    @Test
    void refusesToReadAStreamTwice(@TempDir Path folder) {
        LatentReader reader = reading(written(HEADER, LatentCodec.NULL, images(1)));
        assertThat(reader).hasSize(1);

        assertThatThrownBy(reader::iterator)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("shard.avro is being read already: open it again to read it again");
        assertThatThrownBy(() -> LatentReader.open(folder.resolve("none.avro")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith(folder.resolve("none.avro") + " cannot be read: ");
    }

    @Test
    void refusesHeadersAndCodecsThatMeanNothing() {
        assertThatThrownBy(() -> new LatentHeader(" ", 1, 1, 1, 1, NumberType.FLOAT16, 1, List.of()))
                .hasMessage("tokenizerFingerprint is blank, must name a tokenizer");
        assertThatThrownBy(() -> new LatentHeader("a", 0, 1, 1, 1, NumberType.FLOAT16, 1, List.of()))
                .hasMessage("channels is 0, must be at least 1");
        assertThatThrownBy(() -> new LatentHeader("a", 1, 1, 1, Double.NaN, NumberType.FLOAT16, 1, List.of()))
                .hasMessage("scaleFactor is NaN, must be positive and finite");
        assertThatThrownBy(() -> new LatentHeader("a", 1, 1, 1, 1, NumberType.FLOAT16, 1, List.of("x", "x")))
                .hasMessage("classNames is [x, x], must name each class once");
        assertThatThrownBy(() -> LatentCodec.named("gzip"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("codec is \"gzip\", must be one of snappy, zstandard, deflate, null");
        assertThat(LatentCodec.named("zstandard")).isEqualTo(LatentCodec.ZSTANDARD);
    }

    private static void assertDamaged(byte[] file) {
        assertThatThrownBy(() -> reading(file).forEach(record -> {}))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageMatching("shard.avro is damaged or cut short after record [0-9]+ \\(.*\\); encode it again");
    }

    private static LatentReader reading(byte[] bytes) {
        return LatentReader.of(new ByteArrayInputStream(bytes), "shard.avro");
    }

    private static byte[] written(LatentHeader header, LatentCodec codec, List<EncodedImage> images) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        try (LatentWriter writer = LatentWriter.to(stream, "shard.avro", header, codec)) {
            images.forEach(writer::write);
        }
        return stream.toByteArray();
    }

    private static List<EncodedImage> images(int count) {
        List<EncodedImage> images = new ArrayList<>();
        for (int at = 0; at < count; at++) {
            String id = "dog/" + at + ".png";
            images.add(new EncodedImage(
                    id, "file:/images/" + id, 1, "dog, \"ü\"", 500, 375, moments(at), moments(1000 + at)));
        }
        return images;
    }

    /** Values that float16 holds exactly. */
    private static float[] moments(int seed) {
        Random random = new Random(seed);
        float[] values = new float[HEADER.momentCount()];
        for (int at = 0; at < values.length; at++) {
            values[at] = (random.nextInt(2048) - 1024) / 256f;
        }
        return values;
    }

    private static Map<String, String> changed(String key, String value) {
        Map<String, String> metadata = new HashMap<>(HEADER.toMetadata());
        metadata.put(key, value);
        return metadata;
    }

    private static byte[] withMetadata(Map<String, String> metadata) throws IOException {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        try (DataFileWriter<LatentRecord> writer =
                new DataFileWriter<>(new SpecificDatumWriter<>(LatentRecord.class))) {
            metadata.forEach(writer::setMeta);
            writer.create(LatentRecord.getClassSchema(), stream);
        }
        return stream.toByteArray();
    }
}
