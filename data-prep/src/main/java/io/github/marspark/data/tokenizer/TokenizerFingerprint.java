package io.github.marspark.data.tokenizer;

import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A name for everything in a tokenizer that changes a latent or a picture: sizes, scale and weights.
 *
 * <p>Its text is {@code WHOLE-WEIGHTS}: the first 32 hexadecimal digits of the SHA-256 of sizes, scale and the weights'
 * fingerprint, then that fingerprint's 64 digits. Earlier versions wrote the 64 digits alone, which say nothing of sizes and
 * scale.
 *
 * @param whole 32 digits; empty in a fingerprint of earlier versions
 * @param weights fingerprint of the weights, see {@link io.github.marspark.data.weights.WeightFingerprint}
 */
record TokenizerFingerprint(String whole, String weights) {

    private static final Pattern TEXT = Pattern.compile("([0-9a-f]{32})-([0-9a-f]{64})");
    private static final int WHOLE_DIGITS = 32;

    /** The fingerprint of sizes, scale and weights. */
    static TokenizerFingerprint of(AutoencoderConfig config, double scale, String weights) {
        List<String> lines = new ArrayList<>(List.of(
                "resolution=" + config.resolution(),
                "imageChannels=" + config.imageChannels(),
                "width=" + config.width(),
                "multipliers=" + config.multipliers(),
                "residualBlocks=" + config.residualBlocks(),
                "attentionResolutions=" + config.attentionResolutions(),
                "decoderAttention=" + config.decoderAttention(),
                "latentChannels=" + config.latentChannels(),
                "groups=" + config.groups()));
        if (TokenizerDescription.needsCodes(config)) {
            lines.add("hiddenChannels=" + config.hiddenChannels());
            lines.add("codes=" + config.codes());
        }
        lines.add("scale=" + scale);
        lines.add("weights=" + weights);
        String digest = Sha256.of(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
        return new TokenizerFingerprint(digest.substring(0, WHOLE_DIGITS), weights);
    }

    /** Reads a text of {@link #toString}; any other text is taken for the weights' part alone. */
    static TokenizerFingerprint parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        return matcher.matches()
                ? new TokenizerFingerprint(matcher.group(1), matcher.group(2))
                : new TokenizerFingerprint("", text);
    }

    /** Whether it covers sizes and scale. */
    boolean coversAll() {
        return !whole.isEmpty();
    }

    @Override
    public String toString() {
        return coversAll() ? whole + "-" + weights : weights;
    }
}
