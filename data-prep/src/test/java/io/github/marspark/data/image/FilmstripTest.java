package io.github.marspark.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;

class FilmstripTest {
    private static Filmstrip ofTwoStates() {
        byte[] white = new byte[8 * 8 * RgbImage.CHANNELS];
        Arrays.fill(white, (byte) -1);
        Filmstrip film = new Filmstrip();
        film.add(new RgbImage(8, 8, white), new boolean[] {true, false, false, false});
        film.add(new RgbImage(8, 8, white), new boolean[] {true, true, true, true});
        return film;
    }

    @Test
    void tokensThatAreNotDrawnYetAreGrey() throws IOException {
        BufferedImage strip =
                ImageIO.read(new ByteArrayInputStream(ofTwoStates().strip()));
        assertThat(strip.getWidth()).isEqualTo(18);
        assertThat(strip.getRGB(3, 3)).isEqualTo(0xffffffff);
        assertThat(strip.getRGB(4, 3) & 0xff).isIn(120, 160);
        assertThat(strip.getRGB(3, 4) & 0xff).isIn(120, 160);
        assertThat(strip.getRGB(14, 4)).isEqualTo(0xffffffff);
    }

    @Test
    void theAnimationHasAllStatesAndGoesOnForEver() throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (ImageInputStream stream = ImageIO.createImageInputStream(
                new ByteArrayInputStream(ofTwoStates().animation()))) {
            reader.setInput(stream);
            assertThat(reader.getNumImages(true)).isEqualTo(2);
            assertThat(reader.read(1).getRGB(6, 6)).isEqualTo(0xffffffff);
            IIOMetadataNode root =
                    (IIOMetadataNode) reader.getImageMetadata(0).getAsTree("javax_imageio_gif_image_1.0");
            IIOMetadataNode control = (IIOMetadataNode)
                    root.getElementsByTagName("GraphicControlExtension").item(0);
            assertThat(control.getAttribute("delayTime")).isEqualTo("25");
            IIOMetadataNode repetition = (IIOMetadataNode)
                    root.getElementsByTagName("ApplicationExtension").item(0);
            assertThat((byte[]) repetition.getUserObject()).containsExactly(1, 0, 0);
        } finally {
            reader.dispose();
        }
    }
}
