package io.github.marspark.data.image;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Which image format the ending of a file's name promises. The content decides what a file is; its name only says
 * whether it is meant as an image.
 */
public final class ImageEndings {
    private ImageEndings() {}

    /**
     * The format that a name promises, decoded or not.
     *
     * @param ending what follows the last dot of the name, in lower or upper case
     * @return the format as people write it, or nothing if it is not the ending of an image file
     */
    public static Optional<String> format(String ending) {
        String lower = ending.toLowerCase(Locale.ROOT);
        return decoded(lower)
                .map(ImageFormat::title)
                .or(() -> ForeignFormat.ALL.stream()
                        .filter(format -> format.endings().contains(lower))
                        .map(ForeignFormat::title)
                        .findFirst());
    }

    /**
     * Whether files with such names are decoded, if they hold what their names promise.
     *
     * @param ending what follows the last dot of the name, in lower or upper case
     * @return false for another format, and for what is no image
     */
    public static boolean isDecoded(String ending) {
        return decoded(ending.toLowerCase(Locale.ROOT)).isPresent();
    }

    private static Optional<ImageFormat> decoded(String lower) {
        return Arrays.stream(ImageFormat.values())
                .filter(format -> format.endings().contains(lower))
                .findFirst();
    }
}
