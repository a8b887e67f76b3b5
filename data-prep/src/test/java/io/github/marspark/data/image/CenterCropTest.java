package io.github.marspark.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Npz;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class CenterCropTest {
    @Test
    void equalsTheCropOfTheReference() {
        Npz misc = Fixtures.npz("misc");
        RgbImage image = new RgbImage(150, 101, bytes(misc.floats("crop.in")));

        RgbImage crop = new CenterCrop(32).apply(image);

        assertThat(crop).isEqualTo(new RgbImage(32, 32, bytes(misc.floats("crop.out"))));
        assertThat(toRowsOfPixels(crop.normalized(), 32 * 32)).containsExactly(misc.floats("crop.normalized"));
    }

    @ParameterizedTest
    @CsvFileSource(resources = "/golden/crops.csv")
    void equalsPillowForEveryKindOfScale(int width, int height, int size, String crc) {
        RgbImage crop = new CenterCrop(size).apply(texture(width, height));

        assertThat(crop.width()).isEqualTo(size);
        assertThat(crop.height()).isEqualTo(size);
        assertThat(crcOf(crop)).isEqualTo(crc);
    }

    @Test
    void isConstantForASinglePixel() {
        RgbImage pixel = new RgbImage(1, 1, new byte[] {(byte) 200, 100, 0});

        RgbImage crop = new CenterCrop(4).apply(pixel);

        for (int at = 0; at < 16; at++) {
            assertThat(Arrays.copyOfRange(crop.samples(), at * 3, at * 3 + 3)).containsExactly(200, 100, 0);
        }
    }

    @Test
    void costsNoMoreForAnExtremelyLongImage() {
        RgbImage line = new RgbImage(30_000_000, 1, new byte[90_000_000]);

        assertThat(new CenterCrop(256).apply(line).samples())
                .hasSize(256 * 256 * 3)
                .containsOnly(0);
    }

    @Test
    void mirrorsAndNormalizesBackAndForth() {
        RgbImage image = texture(5, 3);

        assertThat(image.mirrored().level(0, 2, 1)).isEqualTo(image.level(4, 2, 1));
        assertThat(image.mirrored().mirrored()).isEqualTo(image);
        assertThat(RgbImage.fromNormalized(image.normalized(), 3, 5)).isEqualTo(image);
        assertThat(RgbImage.fromNormalized(new float[] {-7, 7, 0}, 1, 1))
                .isEqualTo(new RgbImage(1, 1, new byte[] {0, (byte) 255, (byte) 128}));
    }

    @Test
    void refusesSizesThatAreNotPositive() {
        assertThatThrownBy(() -> new CenterCrop(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("size is 0, must be at least 1");
        assertThatThrownBy(() -> new RgbImage(2, 0, new byte[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("height is 0, must be at least 1");
        assertThatThrownBy(() -> new RgbImage(2, 2, new byte[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("samples has 3 bytes, must have 2 x 2 x 3 = 12");
        assertThatThrownBy(() -> RgbImage.fromNormalized(new float[3], 2, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("values has 3 numbers, must have 3 x 2 x 2 = 12");
    }

    /** The image whose crops are in {@code golden/crops.csv}. */
    private static RgbImage texture(int width, int height) {
        byte[] samples = new byte[width * height * 3];
        for (int at = 0; at < samples.length; at++) {
            int x = at / 3 % width;
            int y = at / 3 / width;
            samples[at] = (byte) (7 * x + 13 * y + 50 * (at % 3) + 3 * (x * y ^ x >> 2));
        }
        return new RgbImage(width, height, samples);
    }

    private static String crcOf(RgbImage image) {
        CRC32 crc = new CRC32();
        crc.update(image.samples());
        return String.format("%08x", crc.getValue());
    }

    private static byte[] bytes(float[] levels) {
        byte[] bytes = new byte[levels.length];
        for (int at = 0; at < bytes.length; at++) {
            bytes[at] = (byte) levels[at];
        }
        return bytes;
    }

    /** (3, area) -> (area, 3) */
    private static float[] toRowsOfPixels(float[] planes, int area) {
        float[] pixels = new float[planes.length];
        for (int at = 0; at < planes.length; at++) {
            pixels[at % area * 3 + at / area] = planes[at];
        }
        return pixels;
    }
}
