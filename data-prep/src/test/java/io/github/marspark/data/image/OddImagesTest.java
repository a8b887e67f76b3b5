package io.github.marspark.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of kinds that real collections hold and that programs take for something else. */
class OddImagesTest {
    private static final ImageDecoder DECODER = new ImageDecoder(ImageLimits.DEFAULT);

    /** A tag with the value that it has by default. */
    private static final int PLANES = 284;

    @Test
    void callsACompressionOfTiffByItsName() {
        assertRejected(
                TestImages.bytes("cases/t_zstd.tif"),
                RejectReason.UNSUPPORTED,
                "is a TIFF file with Zstandard compression (50000); write it without compression, or as PNG");
    }

    @Test
    void letsJfifDecideOverAdobe() throws ImageRejected {
        byte[] file = TestImages.bytes("cases/j_ycc_jfif_adobe0.jpg");
        JpegSegment adobe = JpegSegment.header(file).stream()
                .filter(segment -> segment.begins("Adobe"))
                .findFirst()
                .orElseThrow();
        byte[] onlyJfif = Arrays.copyOf(file, file.length - adobe.end() + adobe.start());
        System.arraycopy(file, adobe.end(), onlyJfif, adobe.start(), file.length - adobe.end());

        assertThat(DECODER.decode(file)).isEqualTo(DECODER.decode(onlyJfif));
    }

    @Test
    void callsKindsOfJpegThatAreNotDecodedByTheirNames() {
        byte[] file = TestImages.bytes("rgb.jpg");
        JpegSegment frame = JpegSegment.header(file).stream()
                .filter(JpegSegment::isFrame)
                .findFirst()
                .orElseThrow();
        byte[] deep = file.clone();
        deep[frame.start() + 4] = 12;
        byte[] near = file.clone();
        near[frame.start() + 1] = (byte) 0xf7;

        assertRejected(
                deep, RejectReason.UNSUPPORTED, "is a JPEG file with samples of 12 bits; convert it to one with 8");
        assertRejected(
                near,
                RejectReason.UNSUPPORTED,
                "is a file of the format JPEG-LS, which cannot be decoded here; convert it to JPEG, PNG or WebP");
    }

    @Test
    void turnsAPngWithExifAsText() throws ImageRejected {
        assertThat(DECODER.decode(TestImages.bytes("cases/p_rawprofile_exif6.png")))
                .hasToString("RgbImage[64 x 96]");
    }

    @Test
    void callsThePngOfApplesDevicesByItsName() {
        byte[] file = TestImages.bytes("rgb.png");
        byte[] apple = Arrays.copyOf(file, file.length + 16);
        System.arraycopy(file, 8, apple, 24, file.length - 8);
        ByteBuffer.wrap(apple, 8, 16).putInt(4).put("CgBI".getBytes(StandardCharsets.US_ASCII));

        assertRejected(
                apple,
                RejectReason.UNSUPPORTED,
                "is a PNG file in Apple's variant for its devices; convert it to plain PNG");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1, 8})
    void rejectsABmpWhoseRowsAndBytesDisagree(int rows) {
        byte[] file = TestImages.bytes("rgb.bmp");
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(22, 16 + rows);

        assertRejected(
                file, RejectReason.CORRUPT, "announces 1152 bytes for its " + (16 + rows) + " rows of 72 bytes each");
    }

    @Test
    void takesABmpThatAnnouncesNoBytesOrThoseOfTheWholeFile() throws ImageRejected {
        byte[] file = TestImages.bytes("rgb.bmp");
        RgbImage image = DECODER.decode(file);
        ByteBuffer header = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);

        for (int announced : new int[] {0, file.length, 1152, 1154}) {
            assertThat(DECODER.decode(header.putInt(34, announced).array())).isEqualTo(image);
        }
    }

    @Test
    void rejectsATiffWhoseSizeAndNumbersDisagree() {
        byte[] plain = TestImages.bytes("rgb.tif");
        byte[] packed = TestImages.bytes("lzw.tif");

        assertRejected(
                withTag(plain, 257, 257, 15),
                RejectReason.CORRUPT,
                "announces 1152 bytes for its pixels, which have 1080");
        assertRejected(
                withTag(packed, 278, 278, 5), RejectReason.CORRUPT, "has 1 strips of rows where its 16 rows need 4");
    }

    @Test
    void callsATiffThatBeginsWithAPreviewByItsKind() {
        assertRejected(
                withTag(TestImages.bytes("rgb.tif"), PLANES, 254, 1),
                RejectReason.UNSUPPORTED,
                "is a camera's raw file, or another TIFF file that begins with a preview; develop it to JPEG or PNG");
    }

    /** Puts a tag with a value in the place of another one. */
    private static byte[] withTag(byte[] tiff, int tag, int newTag, int value) {
        byte[] changed = tiff.clone();
        ByteBuffer buffer = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
        int directory = buffer.getInt(4);
        for (int entry = directory + 2; entry < directory + 2 + 12 * buffer.getShort(directory); entry += 12) {
            if (buffer.getShort(entry) == tag) {
                buffer.putShort(entry, (short) newTag).putInt(entry + 8, value);
                return changed;
            }
        }
        throw new AssertionError("no tag " + tag);
    }

    private static void assertRejected(byte[] file, RejectReason reason, String words) {
        assertThatThrownBy(() -> DECODER.decode(file))
                .isInstanceOfSatisfying(
                        ImageRejected.class,
                        rejected -> assertThat(rejected.reason()).isEqualTo(reason))
                .hasMessage(words);
    }
}
