package io.github.marspark.data.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Compares every entry of a zip with the CRC-32 and the length that the zip's directory has for it. */
final class ZipChecksums {

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final ZipFile zip;

    ZipChecksums(Path file, ZipFile zip) {
        this.file = file;
        this.zip = zip;
    }

    /**
     * Reads all entries once.
     *
     * @return a remark if there is nothing to compare with: PyTorch can be told to save without checksums, which are 0 then
     * @throws WeightFileException naming the entry that is not as it was written
     * @throws IOException if the file cannot be read
     */
    List<String> compare() throws IOException {
        List<? extends ZipEntry> entries = zip.stream().toList();
        for (ZipEntry entry : entries) {
            requireStored(entry);
        }
        if (entries.stream().allMatch(entry -> entry.getCrc() == 0)) {
            return List.of("it was saved without checksums, so that altered bytes cannot be noticed");
        }
        for (ZipEntry entry : entries) {
            compare(entry);
        }
        return List.of();
    }

    private void requireStored(ZipEntry entry) {
        if (entry.getMethod() != ZipEntry.STORED) {
            throw new WeightFileException(
                    file,
                    Printable.of(entry.getName()) + " is compressed in it, torch.save writes uncompressed files;"
                            + " give the file as it was saved");
        }
    }

    private void compare(ZipEntry entry) throws IOException {
        CRC32 checksum = new CRC32();
        long length = 0;
        try (InputStream stream = zip.getInputStream(entry)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                checksum.update(buffer, 0, count);
                length += count;
            }
        }
        if (length != entry.getSize() || checksum.getValue() != entry.getCrc()) {
            throw new WeightFileException(
                    file,
                    "its part " + Printable.of(entry.getName())
                            + " is not as it was written (the checksums differ); copy the file again");
        }
    }
}
