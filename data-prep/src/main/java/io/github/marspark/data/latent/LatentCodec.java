package io.github.marspark.data.latent;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.apache.avro.file.CodecFactory;

/** How the blocks of a latent file are compressed. Latents hardly compress, so the fastest is the default of recipes. */
public enum LatentCodec {
    /** Fast, the default. */
    SNAPPY("snappy"),
    /** A few percent smaller and slower to read; level 1. */
    ZSTANDARD("zstandard"),
    /** For readers that know nothing else; level 6. */
    DEFLATE("deflate"),
    /** Not at all. */
    NULL("null");

    private final String avroName;

    LatentCodec(String avroName) {
        this.avroName = avroName;
    }

    /**
     * Finds a codec.
     *
     * @param avroName as in a recipe and in Avro's {@code avro.codec}
     * @return the codec
     * @throws IllegalArgumentException if there is none of that name
     */
    public static LatentCodec named(String avroName) {
        return Arrays.stream(values())
                .filter(codec -> codec.avroName.equals(avroName))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("codec is \"" + avroName + "\", must be one of " + names()));
    }

    /**
     * {@return the codec's name in recipes and in Avro files}
     */
    public String avroName() {
        return avroName;
    }

    CodecFactory factory() {
        return switch (this) {
            case SNAPPY -> CodecFactory.snappyCodec();
            case ZSTANDARD -> CodecFactory.zstandardCodec(1);
            case DEFLATE -> CodecFactory.deflateCodec(6);
            case NULL -> CodecFactory.nullCodec();
        };
    }

    private static String names() {
        return Arrays.stream(values()).map(LatentCodec::avroName).collect(Collectors.joining(", "));
    }
}
