package io.github.marspark.data.tokenizer;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The file {@link Tokenizer#DESCRIPTION}.
 *
 * @param format 3 with codes or hidden channels of another number than the latent ones, else 2; 1 is of earlier versions,
 *     without attention in the decoder, its fingerprint that of the weights alone
 * @param sizes of the autoencoder
 * @param scale what its latents are multiplied by
 * @param codesInUse of a quantised autoencoder, only in format 3
 * @param fingerprint of all this but the codes in use, and the weights
 */
record TokenizerDescription(int format, Sizes sizes, double scale, CodesInUse codesInUse, String fingerprint) {

    private static final int FORMAT_WITH_CODES = 3;
    private static final int FORMAT = 2;
    private static final int FORMAT_OF_WEIGHTS_ONLY = 1;
    private static final String CODES_IN_USE = "codesInUse";
    private static final int MOST_BYTES = 1 << 20;
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION) // messages are one line
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .defaultSetterInfo(JsonSetter.Value.construct(Nulls.FAIL, Nulls.FAIL))
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .build();

    /** The sizes of the autoencoder, as {@link AutoencoderConfig} has them. */
    record Sizes(
            int resolution,
            int imageChannels,
            int width,
            List<Integer> multipliers,
            int residualBlocks,
            List<Integer> attentionResolutions,
            List<Integer> decoderAttention,
            int latentChannels,
            int groups,
            int hiddenChannels,
            int codes) {
        static Sizes of(AutoencoderConfig config) {
            return new Sizes(
                    config.resolution(),
                    config.imageChannels(),
                    config.width(),
                    config.multipliers(),
                    config.residualBlocks(),
                    config.attentionResolutions(),
                    config.decoderAttention(),
                    config.latentChannels(),
                    config.groups(),
                    config.hiddenChannels(),
                    config.codes());
        }

        AutoencoderConfig config() {
            return new AutoencoderConfig(
                    resolution,
                    imageChannels,
                    width,
                    multipliers,
                    residualBlocks,
                    attentionResolutions,
                    decoderAttention,
                    latentChannels,
                    groups,
                    hiddenChannels,
                    codes);
        }
    }

    static TokenizerDescription of(Tokenizer tokenizer) {
        return new TokenizerDescription(
                needsCodes(tokenizer.config()) ? FORMAT_WITH_CODES : FORMAT,
                Sizes.of(tokenizer.config()),
                tokenizer.scale(),
                tokenizer.codesInUse(),
                tokenizer.fingerprint());
    }

    /** Whether a description says what earlier versions did not know. */
    static boolean needsCodes(AutoencoderConfig config) {
        return config.isQuantised() || config.hiddenChannels() != config.latentChannels();
    }

    /**
     * Reads a description, and compares it with the part of its fingerprint that covers it.
     *
     * @throws UncheckedIOException naming the file, if it is missing, of another format, or not as it was written
     */
    static TokenizerDescription read(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new IOException("it has " + Files.size(file) + " bytes, a description has some hundred");
            }
            TokenizerDescription description = parse(Files.readAllBytes(file));
            description.requireAsWritten(file);
            return description;
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(file + " is not a tokenizer's description: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    file + " cannot be read; ./mar train-tokenizer writes it (" + e.getMessage() + ")", e);
        }
    }

    private static TokenizerDescription parse(byte[] json) throws IOException {
        JsonNode tree = JSON.readTree(json);
        int format = tree.path("format").asInt();
        if (format < FORMAT_OF_WEIGHTS_ONLY || format > FORMAT_WITH_CODES) {
            throw new IOException(
                    "its format is %d, this program reads %d and %d".formatted(format, FORMAT, FORMAT_WITH_CODES));
        }
        if (format < FORMAT_WITH_CODES
                && tree instanceof ObjectNode all
                && tree.get("sizes") instanceof ObjectNode sizes) {
            all.set(CODES_IN_USE, JSON.valueToTree(CodesInUse.UNKNOWN));
            sizes.set("hiddenChannels", sizes.get("latentChannels"));
            sizes.put("codes", 0);
            if (format == FORMAT_OF_WEIGHTS_ONLY) {
                sizes.putArray("decoderAttention");
            }
        }
        return JSON.treeToValue(tree, TokenizerDescription.class);
    }

    private void requireAsWritten(Path file) {
        TokenizerFingerprint written = TokenizerFingerprint.parse(fingerprint);
        boolean isOfFormat = written.coversAll() == (format != FORMAT_OF_WEIGHTS_ONLY)
                && needsCodes(config(file)) == (format == FORMAT_WITH_CODES);
        if (!isOfFormat) {
            throw refusal(file, "its fingerprint is none of format " + format + ", so that it was altered");
        }
        if (!(scale > 0) || Double.isInfinite(scale)) {
            throw refusal(file, "its scale is " + scale + ", must be positive and finite");
        }
        if (written.coversAll() && !written.equals(TokenizerFingerprint.of(config(file), scale, written.weights()))) {
            throw refusal(file, "its fingerprint is that of other sizes or another scale, so that it was altered");
        }
    }

    /** The sizes, checked. */
    AutoencoderConfig config(Path file) {
        try {
            return sizes.config();
        } catch (IllegalArgumentException e) {
            throw refusal(file, "its " + e.getMessage());
        }
    }

    private static UncheckedIOException refusal(Path file, String problem) {
        return new UncheckedIOException(
                new IOException(file + ": " + problem + "; restore the file, or train or import the tokenizer again"));
    }

    byte[] toJson() throws IOException {
        ObjectNode tree = JSON.valueToTree(this);
        if (format < FORMAT_WITH_CODES && tree.get("sizes") instanceof ObjectNode ofSizes) {
            tree.remove(CODES_IN_USE);
            ofSizes.remove(List.of("hiddenChannels", "codes"));
        }
        return JSON.writeValueAsBytes(tree);
    }
}
