package io.github.marspark.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebpFileTest {
    private static final ImageDecoder DECODER = new ImageDecoder(ImageLimits.DEFAULT);

    @ParameterizedTest
    @ValueSource(strings = {"nat_64x64_q75_m0", "s_256x256_q75_m4"})
    void decodesLossyFilesAsLibwebpDoes(String name) throws Exception {
        RgbImage image = DECODER.decode(TestImages.bytes("cases/" + name + ".webp"));

        BufferedImage expected =
                ImageIO.read(new ByteArrayInputStream(TestImages.bytes("cases/" + name + ".libwebp.png")));
        assertThat(image).isEqualTo(PixelConversion.toRgb(expected));
    }

    @Test
    void decodesLosslessFilesThatWereRejected() throws ImageRejected {
        RgbImage image = DECODER.decode(TestImages.bytes("cases/lossless_rejected.webp"));

        assertThat(image).hasToString("RgbImage[100 x 90]");
    }

    @Test
    void laysTransparencyThatIsNotCompressedOverWhite() throws ImageRejected {
        byte[] file = TestImages.bytes("cases/alpha_uncompressed_ignored.webp");
        byte[] opaque = file.clone();
        WebpChunks.Chunk alpha = WebpChunks.of(file).first("ALPH").orElseThrow();
        Arrays.fill(opaque, alpha.start() + 1, alpha.start() + alpha.length(), (byte) 255);

        RgbImage image = DECODER.decode(file);
        RgbImage plain = DECODER.decode(opaque);

        int width = image.width();
        assertThat(alpha.length()).isEqualTo(1 + width * image.height());
        for (int pixel = 0; pixel < width * image.height(); pixel++) {
            int level = plain.level(pixel % width, pixel / width, 0);
            int weight = file[alpha.start() + 1 + pixel] & 0xff;
            assertThat(image.level(pixel % width, pixel / width, 0))
                    .isEqualTo(Math.round((level * weight + 255 * (255 - weight)) / 255f));
        }
    }

    @Test
    void placesTheFirstFrameOnItsCanvas() throws ImageRejected {
        byte[] file = TestImages.bytes("cases/w_anim_offset.webp");
        WebpFrame frame = WebpFrame.of(file).orElseThrow();
        RgbImage still = DECODER.decode(frame.still());

        RgbImage image = DECODER.decode(file);

        assertThat(image).hasToString("RgbImage[116 x 74]");
        assertThat(still).hasToString("RgbImage[96 x 64]");
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                int column = x - frame.screen().left();
                int row = y - frame.screen().top();
                boolean inside = column >= 0 && column < 96 && row >= 0 && row < 64;
                assertThat(image.level(x, y, 1)).isEqualTo(inside ? still.level(column, row, 1) : 255);
            }
        }
    }

    @Test
    void leavesColourProfilesAlone() throws ImageRejected {
        byte[] file = TestImages.bytes("cases/w_icc.webp");
        byte[] other = file.clone();
        WebpChunks.Chunk profile = WebpChunks.of(file).first("ICCP").orElseThrow();
        Arrays.fill(other, profile.start(), profile.start() + profile.length(), (byte) 0);

        assertThat(DECODER.decode(file)).isEqualTo(DECODER.decode(other));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cases/nat_64x64_q75_m0.webp", "cases/w_anim_offset.webp", "lossless.webp", "alpha.webp"})
    void rejectsEveryCut(String name) {
        byte[] file = TestImages.bytes(name);
        for (int length = 12; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> DECODER.decode(cut))
                    .isInstanceOfSatisfying(
                            ImageRejected.class,
                            rejected -> assertThat(rejected.reason()).isEqualTo(RejectReason.TRUNCATED))
                    .hasMessage("ends before its image does: %d bytes of %d", length, file.length);
        }
    }

    @Test
    void rejectsFramesThatContradictTheirFile() {
        byte[] file = TestImages.bytes("cases/w_anim_offset.webp");
        int frame = new String(file, StandardCharsets.ISO_8859_1).indexOf("ANMF") + 8;

        assertThatThrownBy(() -> DECODER.decode(with(file, frame, 100)))
                .hasMessageStartingWith("has a first frame of 96 x 64 pixels at 200, ")
                .hasMessageEndingWith(", beyond its canvas of 116 x 74");
        assertThatThrownBy(() -> DECODER.decode(with(file, frame + 6, 90)))
                .hasMessage("has a first frame of 96 x 64 pixels where 91 x 64 were announced");
        byte[] still = TestImages.bytes("cases/alpha_uncompressed_ignored.webp");
        assertThatThrownBy(() -> DECODER.decode(with(still, 20, still[20] | 2)))
                .hasMessage("says that it is animated and has no frame");
    }

    @Test
    void saysWhatALibraryNeedsThatCannotBeLoaded(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("libwebp.so"), "no library");

        assertThatThrownBy(() -> LibwebpFile.load(file.toFile()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(
                        "WebP images cannot be decoded on this machine: " + file + " cannot be loaded (")
                .hasMessageEndingWith(
                        "it needs a folder that can be written to and whose files may be executed, as ND4J"
                                + " does, and -Dorg.bytedeco.javacpp.cachedir=FOLDER names another one");
    }

    private static byte[] with(byte[] file, int at, int value) {
        byte[] changed = file.clone();
        changed[at] = (byte) value;
        return changed;
    }
}
