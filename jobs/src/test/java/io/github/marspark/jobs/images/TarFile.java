package io.github.marspark.jobs.images;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Tar files for tests, made in memory. */
public final class TarFile {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

    /** Names that are too long go into records of POSIX. */
    TarFile posix() {
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
        return this;
    }

    /** Names that are too long go into members of GNU. */
    TarFile gnu() {
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
        return this;
    }

    /** A file of text. */
    public TarFile add(String name, String content) {
        return add(name, content.getBytes(StandardCharsets.UTF_8), entry -> {});
    }

    /** A file. */
    public TarFile add(String name, byte[] content) {
        return add(name, content, entry -> {});
    }

    /** A link of a kind, {@code '1'} or {@code '2'}. */
    TarFile link(String name, char kind, String target) {
        return put(link(new TarArchiveEntry(name, (byte) kind), target), new byte[0]);
    }

    private static TarArchiveEntry link(TarArchiveEntry entry, String target) {
        entry.setLinkName(target);
        return entry;
    }

    TarFile add(String name, byte[] content, Consumer<TarArchiveEntry> change) {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        change.accept(entry);
        return put(entry, content);
    }

    private TarFile put(TarArchiveEntry entry, byte[] content) {
        entry.setSize(content.length);
        try {
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return this;
    }

    public byte[] bytes() {
        try {
            tar.close();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** Writes it down, its end marked. */
    public void write(Path file) throws IOException {
        Files.write(file, bytes());
    }

    /** Some bytes that begin like a PNG file. */
    static byte[] png(int length) {
        byte[] png = new byte[length];
        Arrays.fill(png, (byte) length);
        System.arraycopy(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}, 0, png, 0, 8);
        return png;
    }
}
