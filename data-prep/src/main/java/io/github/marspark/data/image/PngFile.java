package io.github.marspark.data.image;

import io.github.marspark.data.files.Published;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes pictures as PNG files, which appear under their names only when they are whole. */
public final class PngFile {
    private PngFile() {}

    /**
     * Encodes a picture in memory, so that what is written to a file is either its bytes or fails as they do: Java's own
     * writer keeps a stream that has failed, and tries again when the program ends.
     *
     * @param picture what to encode
     * @return a whole PNG file
     */
    public static byte[] bytes(BufferedImage picture) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
            if (!ImageIO.write(picture, "png", stream)) {
                throw new IllegalStateException("this Java has no writer for PNG");
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException("a picture cannot be encoded in memory", impossible);
        }
        return bytes.toByteArray();
    }

    /**
     * Writes a picture.
     *
     * @param picture what to write
     * @param file replaced if it exists; missing folders above it are made
     * @throws UncheckedIOException if it cannot be written
     */
    public static void write(BufferedImage picture, Path file) {
        Path target = file.toAbsolutePath();
        try {
            Files.createDirectories(target.resolveSibling("."));
            Published.file(target, bytes(picture));
        } catch (IOException failure) {
            throw new UncheckedIOException(file + " cannot be written: " + failure, failure);
        }
    }

    /**
     * Writes an image.
     *
     * @param image what to write
     * @param file replaced if it exists; missing folders above it are made
     * @throws UncheckedIOException if it cannot be written
     */
    public static void write(RgbImage image, Path file) {
        write(image.toBufferedImage(), file);
    }
}
