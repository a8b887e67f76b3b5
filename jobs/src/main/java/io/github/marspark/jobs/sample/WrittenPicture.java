package io.github.marspark.jobs.sample;

import io.github.marspark.data.image.ImageDecoder;
import io.github.marspark.data.image.ImageLimits;
import io.github.marspark.data.image.ImageRejected;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.files.FileStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Function;

/** A picture that a job has written and looks at again. */
public final class WrittenPicture {
    private WrittenPicture() {}

    /**
     * Reads one.
     *
     * @param folder it lies in
     * @param name of its file
     * @param use what is made of it, or an {@link IllegalArgumentException} if it is not what was written
     * @return what the use returns
     * @throws IllegalStateException naming the file, if it is damaged
     */
    public static <T> T read(FileStore folder, String name, Function<RgbImage, T> use) {
        try (InputStream stream = folder.read(name)) {
            return use.apply(new ImageDecoder(ImageLimits.DEFAULT).decode(stream.readAllBytes()));
        } catch (IOException | ImageRejected | IllegalArgumentException damaged) {
            throw new IllegalStateException(
                    "%s cannot be read back: %s; delete it".formatted(folder.path(name), damaged.getMessage()),
                    damaged);
        }
    }
}
