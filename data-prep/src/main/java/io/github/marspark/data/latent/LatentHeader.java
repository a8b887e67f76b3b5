package io.github.marspark.data.latent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.marspark.data.avro.LatentRecord;
import io.github.marspark.data.avro.NumberType;
import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.data.tokenizer.TokenizerIdentity;
import io.github.marspark.model.autoencoder.LatentDistribution;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
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
 * @param codes how many codes a quantised tokenizer has; 0 for one without
 */
public record LatentHeader(
        String tokenizerFingerprint,
        int channels,
        int height,
        int width,
        double scaleFactor,
        NumberType numberType,
        int imageSize,
        List<String> classNames,
        int codes)
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
    private static final String CODES_KEY = PREFIX + "code.count";
    private static final String CODE_HEIGHT_KEY = PREFIX + "code.height";
    private static final String CODE_WIDTH_KEY = PREFIX + "code.width";
    private static final String CODE_TYPE_KEY = PREFIX + "code.type";
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
        if (codes < 0) {
            throw new IllegalArgumentException("codes is " + codes + ", must be at least 0");
        }
    }

    /** What files of latents by a tokenizer without codes have in common. */
    public LatentHeader(
            String tokenizerFingerprint,
            int channels,
            int height,
            int width,
            double scaleFactor,
            NumberType numberType,
            int imageSize,
            List<String> classNames) {
        this(tokenizerFingerprint, channels, height, width, scaleFactor, numberType, imageSize, classNames, 0);
    }

    /** The same of a quantised tokenizer with so many codes, one a place of the latent image. */
    public LatentHeader withCodes(int count) {
        return new LatentHeader(
                tokenizerFingerprint, channels, height, width, scaleFactor, numberType, imageSize, classNames, count);
    }

    /**
     * {@return bytes of a record's ids; 0 without codes}
     */
    public int codeBytes() {
        return codes == 0 ? 0 : height * width * CodeNumbers.bytesOf(codes);
    }

    /**
     * {@return the shape of a record's moments: twice the channels, or the channels alone with codes; rows, columns}
     */
    public List<Integer> shape() {
        return List.of(distribution().spread().moments() * channels, height, width);
    }

    /**
     * {@return how many numbers a record's moments have}
     */
    public int momentCount() {
        return distribution().spread().moments() * latentCount();
    }

    /**
     * {@return how many numbers a latent has, {@code channels height width}}
     */
    public int latentCount() {
        return channels * height * width;
    }

    /**
     * {@return what a record's moments say of its latent: where there are codes, the latent itself}
     */
    public LatentDistribution distribution() {
        return new LatentDistribution(
                latentCount(), codes == 0 ? LatentDistribution.Spread.NORMAL : LatentDistribution.Spread.NONE);
    }

    /**
     * {@return which tokenizer made the latents}
     */
    public TokenizerIdentity tokenizer() {
        return new TokenizerIdentity(tokenizerFingerprint, scaleFactor);
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
        if (codes > 0) {
            metadata.put(CODES_KEY, Integer.toString(codes));
            metadata.put(CODE_HEIGHT_KEY, Integer.toString(height));
            metadata.put(CODE_WIDTH_KEY, Integer.toString(width));
            metadata.put(CODE_TYPE_KEY, CodeNumbers.typeOf(codes));
        }
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
        Sha256 sum = new Sha256();
        sum.add(text.toString().getBytes(StandardCharsets.UTF_8));
        return Arrays.copyOf(sum.bytes(), DataFileConstants.SYNC_SIZE);
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
        String fingerprint = metadata.parsed(FINGERPRINT_KEY, Function.identity());
        int channels = metadata.parsed(CHANNELS_KEY, Integer::valueOf);
        int height = metadata.parsed(HEIGHT_KEY, Integer::valueOf);
        int width = metadata.parsed(WIDTH_KEY, Integer::valueOf);
        double scale = metadata.parsed(SCALE_KEY, Double::valueOf);
        NumberType numberType = metadata.parsed(NUMBER_KEY, NumberType::valueOf);
        int imageSize = metadata.parsed(IMAGE_SIZE_KEY, Integer::valueOf);
        List<String> classes = metadata.parsed(CLASSES_KEY, LatentHeader::fromJson);
        int codes = valueOf.apply(CODES_KEY) == null ? 0 : metadata.parsed(CODES_KEY, Integer::valueOf);
        if (codes > 0) {
            metadata.require(CODE_HEIGHT_KEY, Integer.toString(height));
            metadata.require(CODE_WIDTH_KEY, Integer.toString(width));
            metadata.require(CODE_TYPE_KEY, CodeNumbers.typeOf(codes));
        }
        try {
            return new LatentHeader(fingerprint, channels, height, width, scale, numberType, imageSize, classes, codes);
        } catch (IllegalArgumentException meaningless) {
            throw new IllegalArgumentException(
                    "%s has metadata that cannot be: %s; encode the images again"
                            .formatted(file, meaningless.getMessage()),
                    meaningless);
        }
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
        checkCodes(where, "codes", record.getCodes());
        checkCodes(where, "codesMirror", record.getCodesMirror());
        if (record.getLabel() < UNLABELLED || record.getLabel() >= classNames.size()) {
            throw new IllegalArgumentException(where + " has label " + record.getLabel()
                    + ", must be -1 or less than the " + classNames.size() + " classes of the file");
        }
    }

    private void checkCodes(String where, String field, @Nullable ByteBuffer ids) {
        requireEqual(where, "bytes of " + field, ids == null ? 0 : ids.remaining(), codeBytes());
        int[] found = ids == null ? new int[0] : CodeNumbers.unpack(ids, codes);
        for (int place = 0; place < found.length; place++) {
            if (found[place] < 0 || found[place] >= codes) {
                throw new IllegalArgumentException(
                        "%s has id %d in %s at row %d, column %d, must be below %d, the codes of its tokenizer"
                                .formatted(where, found[place], field, place / width, place % width, codes));
            }
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
            List<@Nullable String> parsed = JSON.readValue(names, new TypeReference<>() {});
            if (parsed == null || parsed.contains(null)) {
                throw new IllegalArgumentException("no JSON array of strings");
            }
            return parsed.stream().map(String::valueOf).toList();
        } catch (JsonProcessingException malformed) {
            throw new IllegalArgumentException("no JSON array of strings", malformed);
        }
    }

    /** The entries of one file. */
    private record Metadata(String file, Function<String, @Nullable String> valueOf) {
        void require(String key, String expected) {
            String found = parsed(key, Function.identity());
            if (!found.equals(expected)) {
                throw new IllegalArgumentException(
                        "%s has %s = \"%s\" in its metadata, must be \"%s\"; encode the images again"
                                .formatted(file, key, found, expected));
            }
        }

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
