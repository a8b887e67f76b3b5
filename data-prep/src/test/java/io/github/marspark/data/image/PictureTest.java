package io.github.marspark.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureTest {
    @Test
    void drawsImagesOfAClassInARow() {
        RgbImage red = plain(28, 28, 255, 0, 0);
        RgbImage blue = plain(28, 28, 0, 0, 255);

        BufferedImage sheet = new ContactSheet(List.of(
                        new ContactSheet.Row("", List.of(red, red, blue)), new ContactSheet.Row("", List.of(blue))))
                .draw();

        // Twice as large as they are, in cells of 56 pixels with a gap of 4 and a margin of 12.
        assertThat(sheet.getWidth()).isEqualTo(12 + 3 * 56 + 2 * 4 + 12);
        assertThat(sheet.getHeight()).isEqualTo(12 + 2 * 56 + 4 + 12);
        assertThat(sheet.getRGB(12, 12)).isEqualTo(0xffff0000);
        assertThat(sheet.getRGB(12 + 55, 12 + 55)).isEqualTo(0xffff0000);
        assertThat(sheet.getRGB(12 + 2 * 60, 12)).isEqualTo(0xff0000ff);
        assertThat(sheet.getRGB(12, 12 + 60)).isEqualTo(0xff0000ff);
        assertThat(sheet.getRGB(12 + 57, 12)).isEqualTo(0xffffffff);
        assertThat(sheet.getRGB(12 + 60, 12 + 60)).isEqualTo(0xffffffff);
    }

    @Test
    void writesTheNameAtTheLeft() {
        ContactSheet sheet = new ContactSheet(List.of(
                new ContactSheet.Row("Ankle boot", List.of(plain(64, 64, 0, 0, 0))),
                new ContactSheet.Row("a class name that is far too long to be shown", List.of())));

        BufferedImage picture = sheet.draw();

        assertThat(ink(picture, 0, 0, 100, 76)).isGreaterThan(50);
        assertThat(picture.getWidth()).isLessThan(500);
    }

    @Test
    void writesAHeadingOverEachColumnAndMakesRoomForIt() {
        RgbImage red = plain(56, 56, 255, 0, 0);
        List<ContactSheet.Row> rows = List.of(new ContactSheet.Row("", List.of(red, red)));
        BufferedImage plain = new ContactSheet(rows).draw();
        BufferedImage headed = new ContactSheet(rows, List.of("5", "10")).draw();
        BufferedImage wide = new ContactSheet(rows, List.of("5", "1000000000000")).draw();

        assertThat(headed.getWidth()).isEqualTo(plain.getWidth());
        int top = headed.getHeight() - plain.getHeight();
        assertThat(ink(headed, 12, 12, 56, top)).isPositive();
        assertThat(ink(headed, 12 + 60, 12, 56, top)).isGreaterThan(ink(headed, 12, 12, 56, top));
        assertThat(headed.getRGB(12, 12 + top)).isEqualTo(0xffff0000);
        assertThat(wide.getWidth()).isGreaterThan(headed.getWidth());
    }

    @Test
    void refusesASheetWithoutImages() {
        assertThatThrownBy(() -> new ContactSheet(List.of(new ContactSheet.Row("a", List.of()))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rows has no image, must have at least one");
    }

    @Test
    void writesWithoutAnyFont() {
        Lettering lettering = new BitmapLettering(16);
        BufferedImage picture = new BufferedImage(80, 20, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();

        lettering.write(graphics, "i \u00fc", 0, 0, Color.WHITE);

        assertThat(lettering.width("i \u00fc")).isEqualTo(36);
        assertThat(lettering.height()).isEqualTo(14);
        String[] letter = {".###.", "..#..", "..#..", "..#..", "..#..", "..#..", ".###."};
        for (int y = 0; y < 14; y++) {
            for (int x = 0; x < 10; x++) {
                assertThat(picture.getRGB(x, y) == 0xffffffff).isEqualTo(letter[y / 2].charAt(x / 2) == '#');
            }
        }
        assertThat(picture.getRGB(24, 0)).as("a box for what has no letter").isEqualTo(0xffffffff);
    }

    @Test
    void drawsALossCurveAndItsMean() {
        Random random = new Random(1);
        List<LineChart.Point> points = IntStream.range(0, 500)
                .mapToObj(step ->
                        new LineChart.Point(step, 0.3 + 0.7 * Math.exp(-step / 60.0) + 0.05 * random.nextGaussian()))
                .toList();

        BufferedImage picture = new LineChart("loss", "step", points).draw();

        assertThat(picture.getWidth()).isEqualTo(900);
        assertThat(count(picture, 0xff1f5fa8)).as("mean").isGreaterThan(800);
        assertThat(count(picture, 0xffe4e4e4)).as("grid").isGreaterThan(3000);
        assertThat(ink(picture, 0, 0, 80, 480)).as("labels").isGreaterThan(100);
    }

    @Test
    void drawsASinglePointAndAConstant() {
        new LineChart("loss", "step", List.of(new LineChart.Point(7, 0))).draw();
        BufferedImage constant = new LineChart(
                        "loss",
                        "step",
                        List.of(
                                new LineChart.Point(0, 2),
                                new LineChart.Point(1, Double.NaN),
                                new LineChart.Point(2, 2)))
                .draw();

        assertThat(count(constant, 0xff1f5fa8)).isGreaterThan(500);
        assertThatThrownBy(() -> new LineChart("", "", List.of(new LineChart.Point(0, Double.NaN))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("points has no finite point, must have at least one");
    }

    @Test
    void writesPngFilesWholeOrNotAtAll(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("new/folder/red.png");
        PngFile.write(plain(3, 2, 0, 255, 0), file);
        PngFile.write(plain(3, 2, 255, 0, 0), file);

        assertThat(ImageIO.read(file.toFile()).getRGB(2, 1)).isEqualTo(0xffff0000);
        try (Stream<Path> entries = Files.list(file.resolveSibling("."))) {
            assertThat(entries).hasSize(1);
        }
        Path occupied =
                Files.createDirectories(folder.resolve("occupied.png/x")).resolveSibling(".");
        assertThatThrownBy(() -> PngFile.write(plain(1, 1, 0, 0, 0), occupied.normalize()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("occupied.png cannot be written: ");
    }

    private static RgbImage plain(int width, int height, int red, int green, int blue) {
        byte[] samples = new byte[width * height * 3];
        for (int at = 0; at < samples.length; at += 3) {
            samples[at] = (byte) red;
            samples[at + 1] = (byte) green;
            samples[at + 2] = (byte) blue;
        }
        return new RgbImage(width, height, samples);
    }

    private static int count(BufferedImage picture, int argb) {
        int count = 0;
        for (int pixel : picture.getRGB(0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth())) {
            count += pixel == argb ? 1 : 0;
        }
        return count;
    }

    /** Dark pixels of a part. */
    private static int ink(BufferedImage picture, int left, int top, int width, int height) {
        int count = 0;
        for (int pixel : picture.getRGB(left, top, width, height, null, 0, width)) {
            count += (pixel & 0xff) < 100 ? 1 : 0;
        }
        return count;
    }
}
