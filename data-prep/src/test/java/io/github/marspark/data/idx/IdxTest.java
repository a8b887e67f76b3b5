package io.github.marspark.data.idx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class IdxTest {
    private static final byte[] PIXELS = {0, 1, 2, 3, 4, (byte) 255, 6, 7, 8, 9, 10, 11};

    @Test
    void readsImagesPlainAndGzipped() throws IOException {
        for (byte[] file : new byte[][] {imageFile(), zipped(imageFile())}) {
            try (IdxImages images = images(file)) {
                assertThat(images.count()).isEqualTo(2);
                assertThat(images.rows()).isEqualTo(2);
                assertThat(images.columns()).isEqualTo(3);
                assertThat(images.next()).containsExactly(0, 1, 2, 3, 4, 255);
                assertThat(images.next()).containsExactly(6, 7, 8, 9, 10, 11);
                assertThat(images.hasNext()).isFalse();
                assertThatThrownBy(images::next)
                        .isInstanceOf(NoSuchElementException.class)
                        .hasMessage("the file has only 2 images");
            }
        }
    }

    @Test
    void readsLabels() {
        try (IdxLabels labels = labels(labelFile(9, 200))) {
            assertThat(labels.count()).isEqualTo(2);
            assertThat(labels.next()).isEqualTo(9);
            assertThat(labels.next()).isEqualTo(200);
            assertThatThrownBy(labels::next)
                    .isInstanceOf(NoSuchElementException.class)
                    .hasMessage("the file has only 2 labels");
        }
    }

    @Test
    void refusesOtherFiles() {
        assertThatThrownBy(() -> images(labelFile(1, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("x.gz begins with 00000801, must begin with 00000803: it is no IDX file of images");
        assertThatThrownBy(() -> labels(imageFile()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("x.gz begins with 00000803, must begin with 00000801: it is no IDX file of labels");
        assertThatThrownBy(() -> images(Arrays.copyOf(imageFile(), 10)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("x.gz ends within its header: it is no IDX file of images");
        assertThatThrownBy(() -> images(new byte[0]))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("x.gz ends within its header: it is no IDX file of images");
    }

    @Test
    void refusesImpossibleSizes() {
        assertThatThrownBy(() -> images(header(2, 0, 3).array()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("x.gz has size 0 in dimension 1: it is damaged");
        assertThatThrownBy(() -> images(header(2, 1 << 20, 1 << 20).array()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("x.gz has images of 1048576 x 1048576 pixels, more than 268435456: it is damaged");
    }

    @Test
    void saysWhereAFileEndsTooEarlyOrTooLate() throws IOException {
        byte[] whole = imageFile();
        byte[] zipped = zipped(whole);

        for (byte[] damaged : new byte[][] {Arrays.copyOf(whole, 25), Arrays.copyOf(zipped, zipped.length - 9)}) {
            assertThatThrownBy(() -> images(damaged).forEachRemaining(image -> {}))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageMatching("x.gz breaks off after [0-2] of its 2 images; fetch it again");
        }
        assertThatThrownBy(() -> images(Arrays.copyOf(whole, whole.length + 1)).forEachRemaining(image -> {}))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("it goes on after its 2 images");
    }

    private static IdxImages images(byte[] file) {
        return IdxImages.of(new ByteArrayInputStream(file), "x.gz");
    }

    private static IdxLabels labels(byte[] file) {
        return IdxLabels.of(new ByteArrayInputStream(file), "x.gz");
    }

    private static byte[] imageFile() {
        return header(2, 2, 3).put(PIXELS).array();
    }

    private static ByteBuffer header(int count, int rows, int columns) {
        return ByteBuffer.allocate(16 + PIXELS.length)
                .putInt(0x803)
                .putInt(count)
                .putInt(rows)
                .putInt(columns);
    }

    private static byte[] labelFile(int first, int second) {
        return ByteBuffer.allocate(10)
                .putInt(0x801)
                .putInt(2)
                .put((byte) first)
                .put((byte) second)
                .array();
    }

    private static byte[] zipped(byte[] bytes) throws IOException {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(stream)) {
            zip.write(bytes);
        }
        return stream.toByteArray();
    }
}
