package io.github.marspark.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.aggregator.ArgumentsAccessor;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ImageDecoderTest {
    private static final ImageDecoder DECODER = new ImageDecoder(ImageLimits.DEFAULT);

    /** Of WebP's chroma, which Pillow interpolates; all other formats are exact to rounding. */
    private static final int LOSSY_WEBP_TOLERANCE = 12;

    @ParameterizedTest
    @CsvFileSource(resources = "/images/expected.csv")
    void decodesWhatPillowDecodes(ArgumentsAccessor row) throws ImageRejected {
        String name = row.getString(0);
        RgbImage image = DECODER.decode(file(name));

        assertThat(image.width()).isEqualTo(row.getInteger(1));
        assertThat(image.height()).isEqualTo(row.getInteger(2));
        for (int column = 3; column < row.size(); column++) {
            assertPixel(image, row.getString(column), name.equals("lossy.webp") ? LOSSY_WEBP_TOLERANCE : 1);
        }
    }

    @ParameterizedTest
    @CsvSource({"png", "jpg", "gif", "bmp", "tif"})
    void decodesWhatJavaWrites(String format) throws Exception {
        BufferedImage image = gradient(37, 21);

        RgbImage decoded = DECODER.decode(written(image, format, false));

        assertThat(decoded.width()).isEqualTo(37);
        assertThat(decoded.height()).isEqualTo(21);
        assertThat(decoded.level(36, 0, 0)).isCloseTo(180, within(format.equals("gif") ? 40 : 4));
    }

    @ParameterizedTest
    @CsvSource({"png", "jpg", "gif"})
    void decodesInterlacedAndProgressiveFiles(String format) throws Exception {
        BufferedImage image = gradient(37, 21);

        assertThat(DECODER.decode(written(image, format, true)))
                .isEqualTo(DECODER.decode(written(image, format, false)));
    }

    @Test
    void rescalesSixteenBitSamplesToTheNearestLevel() throws Exception {
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_USHORT_GRAY);
        image.getRaster().setPixels(0, 0, 3, 1, new int[] {0, 257 * 100 + 128, 65535});

        RgbImage decoded = DECODER.decode(written(image, "png", false));

        assertThat(decoded.samples()).containsExactly(0, 0, 0, 100, 100, 100, -1, -1, -1);
    }

    @Test
    void keepsTheLevelsOfGreyImages() throws Exception {
        BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSample(0, 0, 0, 110);

        assertThat(DECODER.decode(written(image, "png", false)).samples()).containsExactly(110, 110, 110);
    }

    @ParameterizedTest
    @CsvSource({"1,0:0", "2,36:0", "3,36:20", "4,0:20", "5,0:0", "6,20:0", "7,20:36", "8,0:36"})
    void turnsJpegImagesUpright(int tag, String whereTheFirstPixelGoes) throws Exception {
        byte[] jpeg = written(gradient(37, 21), "jpg", false);
        RgbImage stored = DECODER.decode(jpeg);

        RgbImage upright = DECODER.decode(withExifOrientation(jpeg, tag));

        String[] at = whereTheFirstPixelGoes.split(":", -1);
        int x = Integer.parseInt(at[0]);
        int y = Integer.parseInt(at[1]);
        assertThat(upright.width()).isEqualTo(tag < 5 ? 37 : 21);
        assertThat(IntStream.range(0, 3).map(c -> upright.level(x, y, c)))
                .containsExactly(stored.level(0, 0, 0), stored.level(0, 0, 1), stored.level(0, 0, 2));
    }

    @Test
    void takesPixelsOfAJpegWithDamagedExif() throws Exception {
        byte[] jpeg = written(gradient(37, 21), "jpg", false);
        byte[] damaged = withExifOrientation(jpeg, 6);
        Arrays.fill(damaged, 14, 24, (byte) 0x77);

        assertThat(DECODER.decode(damaged)).isEqualTo(DECODER.decode(jpeg));
    }

    @Test
    void acceptsASinglePixel() throws Exception {
        assertThat(DECODER.decode(written(gradient(1, 1), "png", false)).width())
                .isEqualTo(1);
    }

    @Test
    void rejectsWhatIsNoImage() {
        assertRejected(new byte[0], RejectReason.EMPTY, "is empty");
        assertRejected(
                "Dear reader,\n".getBytes(StandardCharsets.UTF_8),
                RejectReason.NOT_AN_IMAGE,
                "begins with 44 65 61 72 20 72 65 61 (Dear rea), like no JPEG, PNG, GIF, BMP, TIFF or WebP file");
        assertRejected(new byte[] {1}, RejectReason.NOT_AN_IMAGE, "begins with 01 (.), like no");
        assertRejected(
                "\0\0\0 ftypavif".getBytes(StandardCharsets.ISO_8859_1),
                RejectReason.UNSUPPORTED,
                "is a file of the format AVIF, which cannot be decoded here; convert it to JPEG, PNG or WebP");
        assertRejected(
                file("float.tif"),
                RejectReason.UNSUPPORTED,
                "has samples that are neither 8 nor 16 bits wide integers");
    }

    @Test
    void rejectsSizesOutsideTheLimitsBeforeDecoding() {
        ImageDecoder strict = new ImageDecoder(new ImageLimits(17, 400));
        byte[] bomb = file("rgb.png");
        ByteBuffer.wrap(bomb).putInt(16, 1_000_000).putInt(20, 1_000_000);

        assertRejected(
                bomb, RejectReason.TOO_MANY_PIXELS, "has 1000000 x 1000000 pixels, more than the 100000000 allowed");
        for (String name : List.of("rgb.jpg", "rgb.png", "palette.gif", "rgb.bmp", "rgb.tif", "lossy.webp")) {
            assertThatThrownBy(() -> strict.decode(file(name)))
                    .as(name)
                    .isInstanceOf(ImageRejected.class)
                    .hasMessage("has 24 x 16 pixels, the shorter side must be at least 17");
        }
        assertThatThrownBy(() -> strict.decode(file("offset.gif")))
                .hasMessage("has 30 x 20 pixels, more than the 400 allowed");
        assertThatThrownBy(() -> new ImageLimits(0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("minSide is 0, must be at least 1");
        assertThatThrownBy(() -> new ImageLimits(1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxPixels is 0, must be at least 1");
    }

    @ParameterizedTest
    @MethodSource("files")
    void rejectsEveryTruncationThatLosesPixels(String name) throws ImageRejected {
        byte[] bytes = file(name);
        RgbImage whole = DECODER.decode(bytes);
        int steps = 70;
        for (int step = 0; step < steps; step++) {
            byte[] prefix = Arrays.copyOf(bytes, bytes.length * step / steps);
            RgbImage image = decodedOrNothing(DECODER, prefix);
            // What remains may hold the whole first frame; then it is that frame.
            assertThat(image == null || image.equals(whole))
                    .as("%s cut to %s bytes", name, prefix.length)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"rgb.jpg", "progressive.jpg", "cmyk.jpg", "grey.jpg"})
    void rejectsEveryTruncationOfAJpeg(String name) {
        byte[] bytes = file(name);
        for (int length = bytes.length - 1; length > bytes.length / 2; length -= 7) {
            assertRejected(Arrays.copyOf(bytes, length), RejectReason.TRUNCATED, "ends before its image does");
        }
    }

    @Test
    void saysHowAFileIsTruncated() {
        assertRejected(cut("rgb.png", 20), RejectReason.TRUNCATED, "ends before its image does: no IEND chunk");
        assertRejected(cut("lossy.webp", 20), RejectReason.TRUNCATED, "ends before its image does: 134 bytes of 154");
        assertRejected(cut("palette.gif", 20), RejectReason.TRUNCATED, "ends before its first frame does");
        assertRejected(cut("rgb.bmp", 20), RejectReason.TRUNCATED, "ends before its image does, a BMP file");
        assertRejected(cut("rgb.jpg", 2), RejectReason.TRUNCATED, "Truncated File - Missing EOI marker");
    }

    @Test
    void rejectsWrongChecksums() {
        byte[] bytes = file("rgb.png");
        bytes[60] ^= 4;

        assertRejected(bytes, RejectReason.CORRUPT, "has a chunk with a wrong checksum at byte 33");
    }

    @ParameterizedTest
    @MethodSource("files")
    void decodesOrRejectsWhateverBitsAreFlipped(String name) {
        ImageDecoder decoder = new ImageDecoder(new ImageLimits(1, 100_000));
        Random random = new Random(name.hashCode());
        for (int mutation = 0; mutation < 50; mutation++) {
            byte[] bytes = file(name);
            for (int flip = random.nextInt(4); flip >= 0; flip--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            decodedOrNothing(decoder, bytes);
        }
    }

    @Test
    void decodesTheSameOnManyThreads() {
        List<String> names = files().toList();
        List<Integer> alone =
                names.stream().map(name -> decode(name).hashCode()).toList();

        assertThat(IntStream.range(0, 20 * names.size())
                        .parallel()
                        .mapToObj(
                                at -> decode(names.get(at % names.size())).hashCode() == alone.get(at % names.size())))
                .doesNotContain(false);
    }

    static Stream<String> files() {
        return new String(file("expected.csv"), StandardCharsets.UTF_8)
                .lines()
                .skip(1)
                .map(line -> line.substring(0, line.indexOf(',')));
    }

    private static void assertPixel(RgbImage image, String expected, int tolerance) {
        String[] parts = expected.split(":", -1);
        for (int channel = 0; channel < 3; channel++) {
            int level = Integer.parseInt(parts[2].substring(2 * channel, 2 * channel + 2), 16);
            assertThat(image.level(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), channel))
                    .as("channel %s of %s", channel, expected)
                    .isCloseTo(level, within(tolerance));
        }
    }

    private static void assertRejected(byte[] bytes, RejectReason reason, String words) {
        assertThatThrownBy(() -> DECODER.decode(bytes))
                .isInstanceOfSatisfying(
                        ImageRejected.class,
                        rejected -> assertThat(rejected.reason()).isEqualTo(reason))
                .hasMessageContaining(words);
    }

    private static RgbImage decode(String name) {
        RgbImage image = decodedOrNothing(DECODER, file(name));
        if (image == null) {
            throw new AssertionError(name + " was rejected");
        }
        return image;
    }

    private static @Nullable RgbImage decodedOrNothing(ImageDecoder decoder, byte[] bytes) {
        try {
            return decoder.decode(bytes);
        } catch (ImageRejected rejected) {
            assertThat(rejected).hasMessageMatching("(?s)\\w+ .*");
            return null;
        }
    }

    private static byte[] file(String name) {
        return TestImages.bytes(name);
    }

    private static byte[] cut(String name, int bytes) {
        byte[] whole = file(name);
        return Arrays.copyOf(whole, whole.length - bytes);
    }

    private static BufferedImage gradient(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, (5 * x) << 16 | (200 - 5 * y) << 8 | (x + y));
            }
        }
        return image;
    }

    private static byte[] written(BufferedImage image, String format, boolean progressive) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersBySuffix(format).next();
        ImageWriteParam param = writer.getDefaultWriteParam();
        if (progressive) {
            param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        } else if (param.canWriteProgressive()) {
            param.setProgressiveMode(ImageWriteParam.MODE_DISABLED);
        }
        try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(output);
            writer.write(null, new IIOImage(image, null, null), param);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** Puts an Exif segment with the one tag right after the start of the image. */
    private static byte[] withExifOrientation(byte[] jpeg, int tag) {
        ByteBuffer segment = ByteBuffer.allocate(36);
        segment.putShort((short) 0xffe1).putShort((short) 34).put("Exif\0\0".getBytes(StandardCharsets.US_ASCII));
        segment.put("MM\0*".getBytes(StandardCharsets.US_ASCII)).putInt(8); // header, offset of the first directory
        segment.putShort((short) 1).putShort((short) 0x112).putShort((short) 3).putInt(1);
        segment.putShort((short) tag).putShort((short) 0).putInt(0);
        return ByteBuffer.allocate(jpeg.length + 36)
                .put(jpeg, 0, 2)
                .put(segment.array())
                .put(jpeg, 2, jpeg.length - 2)
                .array();
    }
}
