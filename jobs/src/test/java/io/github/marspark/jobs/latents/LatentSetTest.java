package io.github.marspark.jobs.latents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.marspark.data.avro.NumberType;
import io.github.marspark.data.latent.EncodedImage;
import io.github.marspark.data.latent.LatentCodec;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.data.latent.LatentReader;
import io.github.marspark.data.latent.LatentWriter;
import io.github.marspark.jobs.recipe.Mirror;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatentSetTest {
    /** Of 64 × 64, so that a file of 100 has several blocks. */
    private static final LatentHeader HEADER =
            new LatentHeader("f".repeat(64), 2, 64, 64, 0.5, NumberType.FLOAT32, 512, List.of("bag", "coat", "shirt"));

    private static final int[] COUNTS = {100, 40, 30};

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        int number = 0;
        for (int file = 0; file < COUNTS.length; file++) {
            Path path = folder.resolve("part-%05d.avro".formatted(file));
            try (LatentWriter writer =
                    LatentWriter.to(Files.newOutputStream(path), path.toString(), HEADER, LatentCodec.ZSTANDARD)) {
                for (int i = 0; i < COUNTS[file]; i++) {
                    writer.write(image(number++));
                }
            }
        }
        Manifests.write(folder);
    }

    private static EncodedImage image(int number) {
        return new EncodedImage(
                "röcke/%03d.png".formatted(number),
                "/images/%03d.png".formatted(number),
                number % 3,
                HEADER.classNames().get(number % 3),
                512,
                512,
                moments(number),
                moments(-number));
    }

    private static float[] moments(int value) {
        float[] moments = new float[HEADER.momentCount()];
        Arrays.fill(moments, value);
        moments[1] = 0.25f;
        return moments;
    }

    private LatentSet copy(long from, long to, Mirror mirror) {
        return LatentSet.copy(LatentIndex.of(folder.toString()), from, to, mirror, folder.resolve("copy"));
    }

    @Test
    void anyRecordOfARangeIsFound() {
        try (LatentSet latents = copy(93, 155, Mirror.HORIZONTAL)) {
            for (int number = 154; number >= 93; number--) {
                assertThat(latents.id(number)).isEqualTo("röcke/%03d.png".formatted(number));
                assertThat(latents.label(number)).isEqualTo(number % 3);
                assertThat(latents.moments(number)).isEqualTo(moments(number));
                assertThat(latents.mirroredMoments(number)).isEqualTo(moments(-number));
            }
        }
    }

    @Test
    void mirrorImagesAreCopiedIfWanted() {
        try (LatentSet latents = copy(0, 170, Mirror.NONE)) {
            assertThat(latents.moments(169)).isEqualTo(moments(169));
            assertThat(latents.id(169)).isEqualTo("röcke/169.png");
            assertThatThrownBy(() -> latents.mirroredMoments(169)).hasMessage("mirror images were not read");
        }
    }

    @Test
    void nothingStaysOnTheDisk() throws IOException {
        copy(0, 10, Mirror.NONE).close();
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).doesNotContain("copy");
        }
    }

    @Test
    void theIndexFollowsTheManifest() {
        LatentIndex index = LatentIndex.of(folder.toString());
        assertThat(index.size()).isEqualTo(170);
        assertThat(index.header()).isEqualTo(HEADER);
        assertThat(index.files()).extracting(LatentIndex.LatentFile::records).containsExactly(100L, 40L, 30L);
    }

    @Test
    void otherContentHasAnotherFingerprint() throws IOException {
        String before = LatentIndex.of(folder.toString()).fingerprint();
        Manifests.write(folder);
        assertThat(LatentIndex.of(folder.toString()).fingerprint()).isEqualTo(before);
        Files.delete(folder.resolve("part-00002.avro"));
        Manifests.write(folder);
        assertThat(LatentIndex.of(folder.toString()).fingerprint()).isNotEqualTo(before);
    }

    @Test
    void anUnfinishedFolderIsRefused() throws IOException {
        Files.delete(folder.resolve("manifest.parquet"));
        assertThatThrownBy(() -> LatentIndex.of(folder.toString()))
                .hasMessage(
                        "file:%s has no manifest.parquet, so its latents are not there or not complete; ./mar encode makes them, and goes on where it stopped"
                                .formatted(folder));
    }

    @Test
    void aDamagedManifestIsRefused() throws IOException {
        Files.writeString(folder.resolve("manifest.parquet"), "no table");
        Files.deleteIfExists(folder.resolve(".manifest.parquet.crc"));
        assertThatThrownBy(() -> LatentIndex.of(folder.toString()))
                .hasMessageStartingWith("file:%s/manifest.parquet cannot be read (".formatted(folder))
                .hasMessageEndingWith("; delete it, and ./mar encode makes it again");
    }

    @Test
    void missingAndShorterFilesAreNamed() throws IOException {
        Path file = folder.resolve("part-00001.avro");
        long length = Files.size(file);
        try (RandomAccessFile random = new RandomAccessFile(file.toFile(), "rw")) {
            random.setLength(length - 1);
        }
        assertThatThrownBy(() -> LatentIndex.of(folder.toString()))
                .hasMessage("file:%s has %d bytes, its manifest says %d bytes; encode the images again"
                        .formatted(file, length - 1, length));
        Files.delete(file);
        assertThatThrownBy(() -> LatentIndex.of(folder.toString()))
                .hasMessage("file:%s is missing, its manifest says %d bytes; encode the images again"
                        .formatted(file, length));
    }

    @Test
    void anAlteredFileIsNamed() throws IOException {
        Path file = folder.resolve("part-00000.avro");
        try (RandomAccessFile random = new RandomAccessFile(file.toFile(), "rw")) {
            random.seek(random.length() / 2);
            random.write(new byte[64]);
        }
        assertThatThrownBy(() -> copy(95, 110, Mirror.NONE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching(
                        "file:\\Q%s\\E is not what was written: its SHA-256 is \\p{XDigit}{12}…, its manifest says \\p{XDigit}{12}…; delete it, and ./mar encode writes it again"
                                .formatted(file));
        assertThatThrownBy(() -> copy(0, 60, Mirror.NONE))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("file:%s is damaged or cut short after record ", file);
        copy(100, 170, Mirror.NONE).close();
    }

    /** As where two codecs or programs meet: what can be read is read, and still is not what was written. */
    @Test
    void aFileThatCanBeReadButWasAlteredIsNamed() throws IOException {
        Path file = folder.resolve("part-00001.avro");
        try (LatentWriter writer =
                LatentWriter.to(Files.newOutputStream(file), file.toString(), HEADER, LatentCodec.NULL)) {
            for (int i = 0; i < 40; i++) {
                writer.write(image(100 + i));
            }
        }
        Manifests.write(folder);
        LatentIndex index = LatentIndex.of(folder.toString());
        try (RandomAccessFile random = new RandomAccessFile(file.toFile(), "rw")) {
            random.seek(random.length() - 100);
            int value = random.read();
            random.seek(random.length() - 100);
            random.write(value ^ 1);
        }
        try (LatentReader reader = LatentReader.open(file)) {
            assertThat(reader).hasSize(40);
        }
        assertThatThrownBy(() -> LatentSet.copy(index, 0, 101, Mirror.NONE, folder.resolve("copy")))
                .hasMessageStartingWith("file:%s is not what was written: its SHA-256 is ", file);
    }

    @Test
    void moreAndFewerRecordsThanTheManifestSaysAreNamed() throws IOException {
        LatentIndex index = LatentIndex.of(folder.toString());
        Path file = folder.resolve("part-00002.avro");
        assertThatThrownBy(() -> copyCounting(index, 31))
                .hasMessage("file:%s has 30 records, its manifest says 31; encode the images again", file);
        assertThatThrownBy(() -> copyCounting(index, 29))
                .hasMessage("file:%s has more records, its manifest says 29; encode the images again", file);
    }

    /** All records, where the manifest would say that the last file has some number of them. */
    private void copyCounting(LatentIndex index, long records) {
        LatentIndex.LatentFile last = index.files().get(2);
        List<LatentIndex.LatentFile> files = List.of(
                index.files().get(0),
                index.files().get(1),
                new LatentIndex.LatentFile(last.name(), records, last.sha256()));
        LatentIndex other = new LatentIndex(index.folder(), index.header(), files, index.fingerprint());
        LatentSet.copy(other, 0, other.size(), Mirror.NONE, folder.resolve("copy")).close();
    }

    @Test
    void aDiskThatDoesNotTakeThemIsNamed() {
        LatentIndex index = LatentIndex.of(folder.toString());
        assertThatThrownBy(() -> LatentSet.copy(index, 0, 170, Mirror.NONE, folder.resolve("none/copy")))
                .hasMessageStartingWith("%s cannot be made (".formatted(folder.resolve("none/copy")))
                .hasMessageEndingWith("); set spark.local.dir to a folder on a local disk");
    }

    @Test
    void aFullDiskIsNamed() throws IOException {
        Path full = Path.of("/dev/full");
        assumeThat(full).exists();
        LatentIndex index = LatentIndex.of(folder.toString());
        try (FileChannel channel = FileChannel.open(full, StandardOpenOption.WRITE)) {
            assertThatThrownBy(() -> new LatentCopy(index, Mirror.NONE, channel, full, 170).copy(0, 170))
                    .hasMessageStartingWith(
                            "the 170 latents that this executor needs do not all fit into /dev/full (No space")
                    .hasMessageEndingWith("; set spark.local.dir to a folder on a larger disk, or use more executors");
        }
    }
}
