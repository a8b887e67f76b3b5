package io.github.marspark.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds what is decoded against what other programs decoded, sample for sample. */
class RecordedImagesTest {
    private static final ImageDecoder DECODER = new ImageDecoder(ImageLimits.DEFAULT);
    private static final double ROUNDING_OF_MEANS = 0.0006;

    /** Of a file whose colours another program divides by their transparency and multiplies again. */
    private static final double ONE_LEVEL_SOMETIMES = 0.1;

    @ParameterizedTest
    @MethodSource("webp")
    void decodesWebpAsLibwebpDoes(TestImages.Recorded file) throws ImageRejected {
        if (file.found().equals(List.of("rejected"))) {
            assertThatThrownBy(() -> DECODER.decode(file.bytes()))
                    .isInstanceOfSatisfying(
                            ImageRejected.class,
                            rejected ->
                                    assertThat(rejected.reason()).isIn(RejectReason.TRUNCATED, RejectReason.CORRUPT));
        } else {
            assertShows(DECODER.decode(file.bytes()), file.found());
        }
    }

    @ParameterizedTest
    @MethodSource("others")
    void decodesOtherFormatsAsPillowDoes(TestImages.Recorded file) throws ImageRejected {
        if (file.found().size() == 1) {
            assertThatThrownBy(() -> DECODER.decode(file.bytes()))
                    .isInstanceOfSatisfying(
                            ImageRejected.class,
                            rejected -> assertThat(rejected.reason())
                                    .hasToString(file.found().get(0)));
        } else {
            assertShows(DECODER.decode(file.bytes()), file.found());
        }
    }

    @Test
    void decodesTheSameWebpOnManyThreads() {
        List<TestImages.Recorded> files =
                webp().filter(file -> file.found().size() > 1).toList();

        assertThat(Stream.of(files, files, files).flatMap(List::stream).parallel())
                .allSatisfy(file -> assertShows(DECODER.decode(file.bytes()), file.found()));
    }

    static Stream<TestImages.Recorded> webp() {
        return TestImages.recorded("generated-webp");
    }

    static Stream<TestImages.Recorded> others() {
        return TestImages.recorded("generated");
    }

    private static void assertShows(RgbImage image, List<String> found) {
        String crc = found.get(5);
        assertThat(List.of(image.width(), image.height())).hasToString("[" + found.get(0) + ", " + found.get(1) + "]");
        for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
            assertThat(mean(image, channel))
                    .as("mean of channel %s", channel)
                    .isCloseTo(
                            Double.parseDouble(found.get(2 + channel)),
                            within(crc.isEmpty() ? ONE_LEVEL_SOMETIMES : ROUNDING_OF_MEANS));
        }
        assertThat(crc.isEmpty() ? "" : crc(image)).isEqualTo(crc);
    }

    private static double mean(RgbImage image, int channel) {
        long sum = 0;
        for (int at = channel; at < image.samples().length; at += RgbImage.CHANNELS) {
            sum += image.samples()[at] & 0xff;
        }
        return (double) sum / image.width() / image.height();
    }

    private static String crc(RgbImage image) {
        CRC32 crc = new CRC32();
        crc.update(image.samples());
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }
}
