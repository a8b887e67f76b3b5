package io.github.marspark.data.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import javax.imageio.ImageIO;

/** Writes pictures as PNG files, which appear under their names only when they are whole. */
public final class PngFile {
    private PngFile() {}

    /**
     * Writes a picture.
     *
     * @param picture what to write
     * @param file replaced if it exists; missing folders above it are made
     * @throws UncheckedIOException if it cannot be written
     */
    public static void write(BufferedImage picture, Path file) {
        Path target = file.toAbsolutePath();
        Path temporary = target.resolveSibling("." + target.getFileName() + ".partial");
        try {
            Files.createDirectories(temporary.resolveSibling("."));
            try (OutputStream stream = Files.newOutputStream(temporary)) {
                ImageIO.write(picture, "png", stream);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
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
