package io.github.marspark.jobs.edit;

import io.github.marspark.data.image.ImageDecoder;
import io.github.marspark.data.image.ImageLimits;
import io.github.marspark.data.image.ImageRejected;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Storage;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.fs.Path;

/**
 * A file of one image, on any file system that Hadoop knows.
 *
 * @param key of the recipe that names it
 * @param address where it is
 */
record PictureFile(String key, String address) {
    private static final int MOST_BYTES = 1 << 30;

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException naming key and file if it is no image that can be read
     */
    RgbImage read() {
        try {
            return new ImageDecoder(ImageLimits.DEFAULT).decode(bytes());
        } catch (IOException missing) {
            throw new IllegalArgumentException(
                    "%s cannot be read: %s; name a file of an image".formatted(this, missing.getMessage()), missing);
        } catch (ImageRejected rejected) {
            throw new IllegalArgumentException(
                    "%s %s; give an image as JPEG, PNG, WebP, GIF, TIFF or BMP".formatted(this, rejected.getMessage()),
                    rejected);
        }
    }

    private byte[] bytes() throws IOException {
        Path path = Storage.qualified(address);
        FileStore folder = FileStore.at(path.getParent().toString());
        if (folder.length(path.getName()) > MOST_BYTES) {
            throw new IOException("it has more than %,d bytes".formatted(MOST_BYTES));
        }
        try (InputStream stream = folder.read(path.getName())) {
            return stream.readAllBytes();
        }
    }

    /** The file's name without its ending. */
    String name() {
        return new Path(address).getName().replaceFirst("(?<=.)\\.[^.]*$", "");
    }

    @Override
    public String toString() {
        return key + " " + Storage.shown(address);
    }
}
