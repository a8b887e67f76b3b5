package io.github.marspark.data.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The files of the folder {@code images}, which has a README.md. */
final class TestImages {
    private TestImages() {}

    /** A file of the folder. */
    static byte[] bytes(String name) {
        try (InputStream stream = stream(name)) {
            return stream.readAllBytes();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The files of an archive, each with the line of the table of the same name that tells what it shows. */
    static Stream<Recorded> recorded(String name) {
        Map<String, byte[]> files = new HashMap<>();
        try (ZipInputStream zip = new ZipInputStream(stream(name + ".zip"))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), zip.readAllBytes());
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return new String(bytes(name + ".csv"), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> List.of(line.split(",", -1)))
                .map(columns -> new Recorded(
                        columns.get(0),
                        Objects.requireNonNull(files.get(columns.get(0)), columns.get(0)),
                        columns.subList(1, columns.size())));
    }

    /**
     * A file and what another program read from it.
     *
     * @param name of the file
     * @param bytes of the file
     * @param found why it is rejected, or columns, rows, three means and perhaps a CRC-32 of the samples
     */
    record Recorded(String name, byte[] bytes, List<String> found) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static InputStream stream(String name) {
        return Objects.requireNonNull(TestImages.class.getResourceAsStream("/images/" + name), name);
    }
}
