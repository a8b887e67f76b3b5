package io.github.marspark.data.latent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.marspark.data.avro.LatentRecord;
import io.github.marspark.data.avro.NumberType;
import io.github.marspark.data.checksum.Sha256;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.avro.file.DataFileConstants;
import org.jspecify.annotations.Nullable;

/**
 * What all records of a latent file have in common: whose latents they are and of which shape. Kept in the file's Avro
 * metadata under keys that begin with {@code mar.}. Immutable.
 *
 * @param tokenizerFingerprint fingerprint of the tokenizer that made the latents
 * @param channels latent channels
 * @param height latent rows
 * @param width latent columns
 * @param scaleFactor what a latent is multiplied by before the training, 1 / standard deviation; not yet applied
 * @param numberType type of the stored numbers
 * @param imageSize side of the square crop, in pixels
 * @param classNames names of the classes in the order of their labels; empty if nothing is labelled
 */
public record LatentHeader(
        String tokenizerFingerprint,
        int channels,
        int height,
        int width,
        double scaleFactor,
        NumberType numberType,
        int imageSize,
        List<String> classNames)
        implements Serializable {
    /** The format that is written, and the only one that is read. */
    public static final int FORMAT_VERSION = 1;

    /** Beginning of the metadata keys. */
    public static final String PREFIX = "mar.";

    /** The label of an image without one. */
    public static final int UNLABELLED = -1;

    private static final String VERSION_KEY = PREFIX + "format.version";
    private static final String FINGERPRINT_KEY = PREFIX + "tokenizer.fingerprint";
    private static final String CHANNELS_KEY = PREFIX + "latent.channels";
    private static final String HEIGHT_KEY = PREFIX + "latent.height";
    private static final String WIDTH_KEY = PREFIX + "latent.width";
    private static final String SCALE_KEY = PREFIX + "latent.scale";
    private static final String NUMBER_KEY = PREFIX + "number.type";
    private static final String IMAGE_SIZE_KEY = PREFIX + "image.size";
    private static final String CLASSES_KEY = PREFIX + "classes";
    private static final JsonMapper JSON = new JsonMapper();

    /**
     * Checks every component.
     *
     * @throws IllegalArgumentException if the fingerprint is blank, a size is not positive, the scale is not positive
     *     and finite, or a class is named twice
     */
    public LatentHeader {
        if (tokenizerFingerprint.isBlank()) {
            throw new IllegalArgumentException("tokenizerFingerprint is blank, must name a tokenizer");
        }
        requirePositive("channels", channels);
        requirePositive("height", height);
        requirePositive("width", width);
        requirePositive("imageSize", imageSize);
        if (!(scaleFactor > 0 && scaleFactor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("scaleFactor is " + scaleFactor + ", must be positive and finite");
        }
        classNames = List.copyOf(classNames);
        if (classNames.stream().distinct().count() < classNames.size()) {
            throw new IllegalArgumentException("classNames is " + classNames + ", must name each class once");
        }
    }

    /**
     * {@return the shape of a record's moments: twice the channels, rows, columns}
     */
    public List<Integer> shape() {
        return List.of(2 * channels, height, width);
    }

    /**
     * {@return how many numbers a record's moments have, {@code 2 channels height width}}
     */
    public int momentCount() {
        return 2 * channels * height * width;
    }

    /** The header as entries of a file's metadata, in a fixed order. */
    Map<String, String> toMetadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(VERSION_KEY, Integer.toString(FORMAT_VERSION));
        metadata.put(FINGERPRINT_KEY, tokenizerFingerprint);
        metadata.put(CHANNELS_KEY, Integer.toString(channels));
        metadata.put(HEIGHT_KEY, Integer.toString(height));
        metadata.put(WIDTH_KEY, Integer.toString(width));
        metadata.put(SCALE_KEY, Double.toString(scaleFactor));
        metadata.put(NUMBER_KEY, numberType.name());
        metadata.put(IMAGE_SIZE_KEY, Integer.toString(imageSize));
        metadata.put(CLASSES_KEY, toJson(classNames));
        return metadata;
    }

    /**
     * The 16 bytes between the blocks of a file with this header, which Avro would draw at random: the first of the
     * SHA-256 of the codec's name and the lines {@code key=value} of {@link #toMetadata()}.
     */
    byte[] syncMarker(String codec) {
        StringBuilder text = new StringBuilder(codec);
        toMetadata()
                .forEach((key, value) ->
                        text.append('\n').append(key).append('=').append(value));
        byte[] digest = Sha256.begin().digest(text.toString().getBytes(StandardCharsets.UTF_8));
        return Arrays.copyOf(digest, DataFileConstants.SYNC_SIZE);
    }

    /**
     * Reads a header from a file's metadata.
     *
     * @param file names the file in messages
     * @param valueOf the metadata
     * @throws IllegalArgumentException if a key is missing or malformed, or the format is another
     */
    static LatentHeader fromMetadata(String file, Function<String, @Nullable String> valueOf) {
        Metadata metadata = new Metadata(file, valueOf);
        int version = metadata.parsed(VERSION_KEY, Integer::valueOf);
        if (version != FORMAT_VERSION) {
            throw new IllegalArgumentException(file + " has latents of format " + version
                    + ", this release reads format " + FORMAT_VERSION + "; encode the images again");
        }
        return new LatentHeader(
                metadata.parsed(FINGERPRINT_KEY, Function.identity()),
                metadata.parsed(CHANNELS_KEY, Integer::valueOf),
                metadata.parsed(HEIGHT_KEY, Integer::valueOf),
                metadata.parsed(WIDTH_KEY, Integer::valueOf),
                metadata.parsed(SCALE_KEY, Double::valueOf),
                metadata.parsed(NUMBER_KEY, NumberType::valueOf),
                metadata.parsed(IMAGE_SIZE_KEY, Integer::valueOf),
                metadata.parsed(CLASSES_KEY, LatentHeader::fromJson));
    }

    /**
     * Checks that a record is as this header says.
     *
     * @param where names the record in messages
     * @throws IllegalArgumentException naming the field that is not
     */
    void check(String where, LatentRecord record) {
        requireEqual(where, "shape", record.getShape(), shape());
        requireEqual(where, "numberType", record.getNumberType(), numberType);
        requireEqual(where, "crop", record.getCrop(), imageSize);
        int bytes = momentCount() * LatentNumbers.bytesOf(numberType);
        requireEqual(where, "bytes of moments", record.getMoments().remaining(), bytes);
        requireEqual(where, "bytes of momentsMirror", record.getMomentsMirror().remaining(), bytes);
        if (record.getLabel() < UNLABELLED || record.getLabel() >= classNames.size()) {
            throw new IllegalArgumentException(where + " has label " + record.getLabel()
                    + ", must be -1 or less than the " + classNames.size() + " classes of the file");
        }
    }

    private static void requireEqual(String where, String field, Object found, Object expected) {
        if (!found.equals(expected)) {
            throw new IllegalArgumentException(
                    where + " has " + field + " " + found + ", must be " + expected + " as in the file's header");
        }
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
        }
    }

    private static String toJson(List<String> names) {
        try {
            return JSON.writeValueAsString(names);
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException("class names do not fit JSON", impossible);
        }
    }

    private static List<String> fromJson(String names) {
        try {
            return JSON.readValue(names, new TypeReference<>() {});
        } catch (JsonProcessingException malformed) {
            throw new IllegalArgumentException("no JSON array of strings", malformed);
        }
    }

    /** The entries of one file. */
    private record Metadata(String file, Function<String, @Nullable String> valueOf) {
        <T> T parsed(String key, Function<String, T> parser) {
            String value = valueOf.apply(key);
            if (value == null) {
                throw new IllegalArgumentException(file + " has no " + key + " in its metadata: it is no file of"
                        + " latents; give files that the encode job wrote");
            }
            try {
                return parser.apply(value);
            } catch (IllegalArgumentException malformed) {
                throw new IllegalArgumentException(
                        file + " has " + key + " = \"" + value + "\" in its metadata, which is malformed; encode the"
                                + " images again",
                        malformed);
            }
        }
    }
}
