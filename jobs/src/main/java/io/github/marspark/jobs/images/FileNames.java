package io.github.marspark.jobs.images;

import java.util.Locale;
import java.util.Set;

/** What a file's name tells. */
public final class FileNames {
    private static final Set<String> OF_IMAGES =
            Set.of("jpg", "jpeg", "jpe", "jfif", "png", "webp", "bmp", "dib", "gif", "tif", "tiff");

    private FileNames() {}

    /** Whether the name ends like an image's. */
    public static boolean likeAnImage(String name) {
        return OF_IMAGES.contains(ending(name));
    }

    /** What follows the last dot, in lower case; empty if there is no dot. */
    static String ending(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }
}
