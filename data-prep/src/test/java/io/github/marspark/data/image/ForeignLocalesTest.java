package io.github.marspark.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.idx.FashionMnist;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Turkish has another small I, Arabic other digits. */
class ForeignLocalesTest {
    private static final String ARABIC = "ar-EG-u-nu-arab";

    private final Locale before = Locale.getDefault();

    @AfterEach
    void restore() {
        Locale.setDefault(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tr-TR", ARABIC})
    void changeNoAnswer(String language) throws Exception {
        Locale.setDefault(Locale.forLanguageTag(language));
        ImageDecoder decoder = new ImageDecoder(new ImageLimits(17, 400));

        assertThat(ImageEndings.format("GIF")).hasValue("GIF");
        assertThat(ImageEndings.format("TIFF")).hasValue("TIFF");
        assertThatThrownBy(() -> decoder.decode(TestImages.bytes("rgb.png")))
                .hasMessage("has 24 x 16 pixels, the shorter side must be at least 17");
        byte[] jpeg = TestImages.bytes("rgb.jpg");
        assertThatThrownBy(() -> new ImageDecoder(ImageLimits.DEFAULT).decode(Arrays.copyOf(jpeg, jpeg.length - 2)))
                .hasMessageStartingWith("ends before its image does: ");
    }

    @Test
    void nameFilesByTheSameDigits(@TempDir Path folder) {
        Locale.setDefault(Locale.forLanguageTag(ARABIC));

        FashionMnist.writeInto(folder);

        assertThat(folder.resolve("9-ankle-boot/00000.png")).exists();
    }
}
