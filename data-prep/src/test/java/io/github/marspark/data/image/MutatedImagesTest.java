package io.github.marspark.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Damages files of every format in every way; the same damage each time. */
class MutatedImagesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Of each format; {@code -Dmar.mutations=N} tries more. */
    private static final int FILES = Integer.getInteger("mar.mutations", 1000);

    private static final ImageDecoder DECODER = new ImageDecoder(ImageLimits.DEFAULT);

    @ParameterizedTest
    @CsvSource({
        "JPEG, rgb.jpg progressive.jpg cmyk.jpg grey.jpg subsampled.jpg turned.jpg",
        "PNG, rgb.png palette-transparent.png grey16.png animated.png turned.png rgba.png",
        "GIF, palette.gif animated.gif transparent.gif offset.gif",
        "BMP, rgb.bmp palette.bmp bilevel.bmp rgb32.bmp",
        "TIFF, rgb.tif lzw.tif deflate.tif jpeg.tif group4.tif pages.tif palette.tif big.tif cmyk.tif float.tif",
        "WebP, lossy.webp lossless.webp alpha.webp animated.webp turned.webp"
    })
    void answersEveryDamagedFileWithAnImageOrASentence(String format, String names) {
        List<String> wrong = new ArrayList<>();
        String[] originals = names.split(" ", -1);
        int ways = originals.length * Mutation.values().length;
        int times = (FILES + ways - 1) / ways;
        int files = 0;
        for (String name : originals) {
            byte[] file = TestImages.bytes(name);
            for (Mutation mutation : Mutation.values()) {
                Random random = new Random((name + mutation).hashCode());
                for (int time = 0; time < times; time++, files++) {
                    byte[] damaged = mutation.of(file, random);
                    fault(file, damaged).ifPresent(fault -> wrong.add(name + ", " + mutation + ": " + fault));
                }
            }
        }
        assertThat(files).as(format).isGreaterThanOrEqualTo(FILES);
        assertThat(wrong).isEmpty();
    }

    /** What is wrong with the answer to a damaged file. */
    private static Optional<String> fault(byte[] file, byte[] damaged) {
        if (Arrays.equals(damaged, file)) {
            return Optional.empty();
        }
        try {
            RgbImage image = assertTimeoutPreemptively(PATIENCE, () -> DECODER.decode(damaged));
            return mustBeRejected(file, damaged, image)
                    ? Optional.of("accepted with " + damaged.length + " of " + file.length + " bytes")
                    : Optional.empty();
        } catch (ImageRejected rejected) {
            return String.valueOf(rejected.getMessage()).matches("(?s)[a-z]+ .*")
                    ? Optional.empty()
                    : Optional.of("answered with " + rejected.getMessage());
        } catch (Throwable escaped) {
            return Optional.of(escaped.toString());
        }
    }

    /** Every byte of a PNG file has a checksum, a WebP file has its length; no file loses its end unnoticed. */
    private static boolean mustBeRejected(byte[] file, byte[] damaged, RgbImage image) throws ImageRejected {
        ImageFormat format = ImageFormat.of(file);
        boolean cut = Arrays.equals(damaged, Arrays.copyOf(file, damaged.length));
        return switch (format) {
            case PNG -> true;
            case WEBP -> cut;
            default -> cut && !image.equals(DECODER.decode(file));
        };
    }
}
