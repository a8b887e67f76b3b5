package io.github.marspark.jobs.edit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.data.image.RgbImage;
import org.junit.jupiter.api.Test;

class CanvasTest {
    /** Three columns and two rows: 1 2 3, then 4 5 6. */
    private static final RgbImage PICTURE = RgbImage.ofGrey(3, 2, new byte[] {1, 2, 3, 4, 5, 6});

    private static int[] reds(RgbImage image) {
        int[] reds = new int[image.width() * image.height()];
        for (int pixel = 0; pixel < reds.length; pixel++) {
            reds[pixel] = image.level(pixel % image.width(), pixel / image.width(), 0);
        }
        return reds;
    }

    @Test
    void aroundThePictureLiesItsNearestPixelAndIsDrawnAnew() {
        Canvas canvas = Canvas.of(4, PICTURE, new boolean[6], 1, 1);
        assertThat(reds(canvas.picture())).containsExactly(1, 1, 2, 3, 1, 1, 2, 3, 4, 4, 5, 6, 4, 4, 5, 6);
        assertThat(reds(canvas.mask()))
                .containsExactly(255, 255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255);
    }

    @Test
    void ofAPictureBeyondTheCanvasAPartIsSeen() {
        Canvas canvas = Canvas.of(2, PICTURE, new boolean[6], -1, 0);
        assertThat(reds(canvas.picture())).containsExactly(2, 3, 5, 6);
        assertThat(canvas.hidesSomething()).isFalse();
    }

    @Test
    void onePixelHidesItsToken() {
        boolean[] hidden = new boolean[16];
        hidden[4 * 1 + 2] = true;
        Canvas canvas = Canvas.of(4, RgbImage.ofGrey(4, 4, new byte[16]), hidden, 0, 0);
        assertThat(canvas.kept(2)).containsExactly(true, false, true, true);
        assertThat(canvas.kept(1)).containsExactly(false);
    }

    @Test
    void onlyHiddenPixelsAreTakenFromWhatIsDrawn() {
        boolean[] hidden = {false, true, false, true};
        Canvas canvas = Canvas.of(2, RgbImage.ofGrey(2, 2, new byte[] {1, 2, 3, 4}), hidden, 0, 0);
        assertThat(reds(canvas.completed(RgbImage.ofGrey(2, 2, new byte[] {11, 12, 13, 14}))))
                .containsExactly(1, 12, 3, 14);
        assertThat(reds(canvas.picture())).containsExactly(1, 2, 3, 4);
    }
}
