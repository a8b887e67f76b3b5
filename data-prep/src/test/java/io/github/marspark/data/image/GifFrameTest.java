package io.github.marspark.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GifFrameTest {
    private static final ImageDecoder DECODER = new ImageDecoder(ImageLimits.DEFAULT);
    private static final int WIDTH = 300;
    private static final int HEIGHT = 200;

    @Test
    void rejectsTheFileWhoseCodesEndEarly() {
        assertRejected(
                TestImages.bytes("cases/g_short_pixels.gif"),
                RejectReason.TRUNCATED,
                "ends before its first frame does: it has codes for 600 of 1200 pixels");
    }

    @ParameterizedTest
    @ValueSource(ints = {ImageWriteParam.MODE_DISABLED, ImageWriteParam.MODE_DEFAULT})
    void rejectsAFrameOfWhichOneSubBlockIsMissing(int interlacing) throws Exception {
        byte[] file = written(interlacing);
        int first = firstSubBlock(file);
        int last = first;
        for (int next = first; (file[next] & 0xff) != 0; next += 1 + (file[next] & 0xff)) {
            last = next;
        }
        byte[] shorter = Arrays.copyOf(file, last + 2);
        shorter[last] = 0; // ends the sub-blocks
        shorter[last + 1] = 0x3b; // ends the file

        assertThat(DECODER.decode(file)).hasToString("RgbImage[" + WIDTH + " x " + HEIGHT + "]");
        assertThatThrownBy(() -> DECODER.decode(shorter))
                .isInstanceOf(ImageRejected.class)
                .hasMessageMatching("ends before its first frame does: it has codes for \\d+ of 60000 pixels");
    }

    @Test
    void takesAFileWithoutTrailerWhoseFirstFrameIsWhole() throws Exception {
        byte[] file = written(ImageWriteParam.MODE_DISABLED);
        byte[] withoutTrailer = Arrays.copyOf(file, file.length - 1);

        assertThat(file[file.length - 1]).isEqualTo((byte) 0x3b);
        assertThat(DECODER.decode(withoutTrailer)).isEqualTo(DECODER.decode(file));
    }

    @Test
    void rejectsAFrameThatWasMadeSmallerOrLarger() throws Exception {
        byte[] file = written(ImageWriteParam.MODE_DISABLED);
        int size = firstSubBlock(file) - 4;

        assertRejected(
                with(file, size, HEIGHT - 1),
                RejectReason.CORRUPT,
                "has codes for more than the " + WIDTH * (HEIGHT - 1) + " pixels of its first frame");
        assertRejected(
                with(file, size, HEIGHT + 1),
                RejectReason.TRUNCATED,
                "ends before its first frame does: it has codes for 60000 of " + WIDTH * (HEIGHT + 1) + " pixels");
    }

    @Test
    void rejectsCodesThatWereNeverDefined() throws Exception {
        byte[] file = written(ImageWriteParam.MODE_DISABLED);
        int codes = firstSubBlock(file) + 1;

        assertRejected(
                with(with(file, codes + 1, 255), codes + 2, 255),
                RejectReason.CORRUPT,
                "has a first frame with a code that was never defined");
        assertRejected(with(file, codes - 2, 12), RejectReason.CORRUPT, "has a first frame with colours of 12 bits");
    }

    /** The height comes 4 bytes before, the size of the codes 1 byte before the first sub-block. */
    private static int firstSubBlock(byte[] file) throws ImageRejected {
        for (int at = 13; at < file.length - 9; at++) {
            boolean size =
                    ((file[at + 5] & 0xff) | (file[at + 6] & 0xff) << 8) == WIDTH && (file[at + 7] & 0xff) == HEIGHT;
            if (file[at] == 0x2c && size) {
                assertThat(file[at + 9] & 0x80)
                        .as("flag of a local table of colours")
                        .isZero();
                return at + 11;
            }
        }
        throw new AssertionError("no frame");
    }

    private static byte[] with(byte[] file, int at, int value) {
        byte[] changed = file.clone();
        changed[at] = (byte) value;
        return changed;
    }

    private static void assertRejected(byte[] file, RejectReason reason, String words) {
        assertThatThrownBy(() -> DECODER.decode(file))
                .isInstanceOfSatisfying(
                        ImageRejected.class,
                        rejected -> assertThat(rejected.reason()).isEqualTo(reason))
                .hasMessage(words);
    }

    private static byte[] written(int interlacing) throws IOException {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_BYTE_INDEXED);
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                image.getRaster().setSample(x, y, 0, (x * x / 7 + 3 * y) % 216);
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersBySuffix("gif").next();
        try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setProgressiveMode(interlacing);
            writer.setOutput(output);
            writer.write(null, new IIOImage(image, null, null), param);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
