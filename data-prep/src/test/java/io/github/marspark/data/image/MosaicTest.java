package io.github.marspark.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MosaicTest {
    private static List<RgbImage> images(int count, int side) {
        Random random = new Random(1);
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    byte[] samples = new byte[side * side * RgbImage.CHANNELS];
                    random.nextBytes(samples);
                    return new RgbImage(side, side, samples);
                })
                .toList();
    }

    @Test
    void imagesAreWhatTheyWereWhenTheMosaicIsCut() {
        List<RgbImage> images = images(6, 5);
        RgbImage mosaic = Mosaic.of(images, 2);
        assertThat(List.of(mosaic.width(), mosaic.height())).containsExactly(10, 15);
        assertThat(mosaic.level(7, 11, 1)).isEqualTo(images.get(5).level(2, 1, 1));
        assertThat(Mosaic.cut(mosaic, 5)).isEqualTo(images);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> Mosaic.of(images(3, 5), 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("3 images do not fill rows of 2, or are not square and of one size");
        assertThatThrownBy(() ->
                        Mosaic.of(List.of(images(1, 5).get(0), images(1, 4).get(0)), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("2 images do not fill rows of 1, or are not square and of one size");
        assertThatThrownBy(() -> Mosaic.cut(images(1, 5).get(0), 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a picture of 5 × 5 pixels is not made of images of 2 × 2");
    }
}
