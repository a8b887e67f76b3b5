package io.github.marspark.jobs.images;

import io.github.marspark.jobs.files.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.fs.Path;

/** Says what a file is that is not what its name promises, by its first bytes. */
final class ForeignFiles {
    private static final int LOOKED_AT = 64;
    private static final Map<String, String> KINDS = new LinkedHashMap<>();

    static {
        KINDS.put("version https://git-lfs", "a pointer of Git LFS and not the file itself; run git lfs pull");
        KINDS.put("\u001f\u008b", "compressed by gzip; unpack it");
        KINDS.put("BZh", "compressed by bzip2; unpack it");
        KINDS.put("\u00fd7zXZ\0", "compressed by xz; unpack it");
        KINDS.put("(\u00b5/\u00fd", "compressed by zstd; unpack it");
        KINDS.put("PK\u0003\u0004", "a zip file; unpack it");
        KINDS.put("PAR1", "a Parquet file; look at it with encode.source=parquet");
        KINDS.put("PARE", "an encrypted Parquet file; decrypt it");
        KINDS.put("<!doctype html", "a web page; fetch it again");
        KINDS.put("<html", "a web page; fetch it again");
        KINDS.put("<?xml", "an XML document, perhaps what a server said; fetch it again");
    }

    private ForeignFiles() {}

    /**
     * In words.
     *
     * @param path of the file
     * @param length of it, in bytes
     * @param expected what it should have been, such as "tar"
     */
    static String of(Path path, long length, String expected) throws IOException {
        if (length == 0) {
            return "is empty; fetch it again";
        }
        String start = start(path);
        return KINDS.entrySet().stream()
                .filter(kind -> begins(start, kind.getKey()))
                .findFirst()
                .map(kind -> "is " + kind.getValue())
                .orElseGet(() -> "is no %s file: it begins with %s".formatted(expected, shown(start)));
    }

    /** The first bytes of a file as characters of Latin-1. */
    static String start(Path path) throws IOException {
        try (InputStream stream = Storage.of(path).open(path)) {
            return new String(stream.readNBytes(LOOKED_AT), StandardCharsets.ISO_8859_1);
        }
    }

    private static boolean begins(String start, String sign) {
        return start.startsWith(sign) || start.toLowerCase(Locale.ROOT).startsWith(sign);
    }

    private static String shown(String start) {
        return '"' + start.substring(0, Math.min(16, start.length())).replaceAll("[^\\x20-\\x7e]", ".") + '"';
    }
}
