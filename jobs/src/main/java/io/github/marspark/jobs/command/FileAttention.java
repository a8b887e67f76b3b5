package io.github.marspark.jobs.command;

import io.github.marspark.model.autoencoder.AutoencoderConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where the autoencoder of a file has attention, by the names of its tensors: MAR's KL-16 has it in the encoder's levels,
 * those of latent diffusion in the decoder's too.
 *
 * @param encoder sides of the encoder's levels with attention, in pixels, descending
 * @param decoder sides of the decoder's
 */
record FileAttention(List<Integer> encoder, List<Integer> decoder) {
    private static final Pattern ENCODER = Pattern.compile("encoder\\.down\\.(\\d{1,2})\\.attn\\..+");
    private static final Pattern DECODER = Pattern.compile("decoder\\.up\\.(\\d{1,2})\\.attn\\..+");

    /** Looks at the names of a file's tensors, with the resolution and levels that the recipe gives. */
    static FileAttention of(Set<String> names, AutoencoderConfig config) {
        return new FileAttention(sides(names, ENCODER, config), sides(names, DECODER, config));
    }

    private static List<Integer> sides(Set<String> names, Pattern pattern, AutoencoderConfig config) {
        return names.stream()
                .map(pattern::matcher)
                .filter(Matcher::matches)
                .map(matcher -> Integer.parseInt(matcher.group(1)))
                .filter(level -> level < config.levels())
                .distinct()
                .sorted()
                .map(level -> config.resolution() >> level)
                .toList();
    }

    /**
     * The recipe's autoencoder with the file's attention: in the decoder it is taken over where the recipe says nothing.
     *
     * @throws IllegalArgumentException naming the key that says something else
     */
    AutoencoderConfig applied(AutoencoderConfig config, Path file) {
        require(file, "tokenizer.attention-resolutions", "encoder", config.attentionResolutions(), encoder);
        if (!config.decoderAttention().isEmpty()) {
            require(file, "tokenizer.decoder-attention", "decoder", config.decoderAttention(), decoder);
        }
        return config.withDecoderAttention(decoder);
    }

    private static void require(Path file, String key, String half, List<Integer> said, List<Integer> found) {
        if (!Set.copyOf(said).equals(Set.copyOf(found))) {
            throw new IllegalArgumentException(
                    "%s is %s, but in %s the %s has attention at %s; set %1$s=%5$s, or give the file of such an autoencoder"
                            .formatted(key, said, file, half, found));
        }
    }

    /** What a person should know who did not ask for it. */
    Stream<String> notes(AutoencoderConfig config) {
        return config.decoderAttention().isEmpty() && !decoder.isEmpty()
                ? Stream.of("its decoder has attention at %s, and is built so, as by tokenizer.decoder-attention=%1$s"
                        .formatted(decoder))
                : Stream.empty();
    }
}
