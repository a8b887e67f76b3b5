package io.github.marspark.jobs.images;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/** What a file's name tells. */
public final class FileNames {
    /** Of formats that are decoded, and of those that are told to be images but are not decoded. */
    private static final Set<String> OF_IMAGES = Set.of(("jpg jpeg jpe jfif png apng webp bmp dib gif tif tiff "
                    + "avif heic heif jxl jp2 j2k jpf jpx jpc j2c ppm pgm pbm pnm pam pfm ico cur pcx tga psd "
                    + "exr hdr svg dng cr2 cr3 nef arw orf rw2 raf qoi ras sgi xbm xpm dds fits img")
            .split(" "));

    private static final Set<String> OF_SYSTEMS = Set.of("__macosx", "thumbs.db", "desktop.ini", "@eadir");

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

    /** Whether nobody put it there as data: it begins with a dot, or an operating system left it behind. */
    static boolean leftOut(String name) {
        return name.startsWith(".") || OF_SYSTEMS.contains(name.toLowerCase(Locale.ROOT));
    }

    /** Whether a file or one of the folders of its path is {@link #leftOut}; a dot alone is the folder itself. */
    static boolean pathLeftOut(String path) {
        return Arrays.stream(path.split("/"))
                .anyMatch(part -> leftOut(part) && !part.equals(".") && !part.equals(".."));
    }
}
