package io.github.marspark.model.mar;

import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.tensor.Dropout;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * The masked autoregressive network: an encoder over the buffer and the known tokens, a decoder over all positions, and
 * the residual MLP that denoises a token given what the decoder says about it.
 *
 * <p>Legend: {@code B} samples, {@code L} tokens an image, {@code K} known ones, {@code S} buffer tokens, {@code D} values
 * a token, {@code E}, {@code F}, {@code W} widths of encoder, decoder and head, {@code N} rows of the head. Parameters are
 * found by the reference's names. Immutable; a tape is used by one thread.
 *
 * @see <a href="https://arxiv.org/abs/2406.11838">Autoregressive Image Generation without Vector Quantization</a>
 */
public final class MarNetwork {
    private static final int SITES_PER_BLOCK = 4;
    private static final String HEAD = "diffloss.net.";

    private final MarConfig config;
    private final Function<String, Variable> parameters;

    /**
     * A network of a size over its parameters.
     *
     * @param parameters by name, as the reference names them
     */
    public MarNetwork(MarConfig config, Function<String, Variable> parameters) {
        this.config = config;
        this.parameters = parameters;
    }

    /**
     * The same network for sampling, where the head meets few rows hundreds of times: holds a copy of the head's weights
     * in the order that such products read fastest. Later changes of the head's parameters do not reach it.
     */
    public MarNetwork withHeadForFewRows() {
        Map<String, Variable> copies = new ConcurrentHashMap<>();
        return new MarNetwork(
                config,
                name -> name.startsWith(HEAD) && name.endsWith(".weight") && !name.contains("in_ln")
                        ? copies.computeIfAbsent(
                                name,
                                of -> Variable.inputsFirst(parameters.apply(of).value()))
                        : parameters.apply(name));
    }

    /** The sizes. */
    public MarConfig config() {
        return config;
    }

    private Variable parameter(String name) {
        return parameters.apply(name);
    }

    private Variable linear(Tape tape, Variable x, String name) {
        return tape.observe(name, tape.linear(x, parameter(name + ".weight"), parameter(name + ".bias")));
    }

    private Variable layerNorm(Tape tape, Variable x, String name) {
        return tape.observe(name, tape.layerNorm(x, parameter(name + ".weight"), parameter(name + ".bias")));
    }

    // ---- transformer

    /**
     * The encoder: class and known tokens in, features of buffer and known tokens out.
     *
     * @param tokens {@code (B L, D)}, row {@code b L + l} for token l of sample b, as values
     * @param labels {@code (B)}, class of each sample, or -1 for the learned vector of no class
     * @return {@code (B (S + K), E)}
     */
    public Variable encode(Tape tape, float[] tokens, int[] labels, Masking masking, DropoutKeys dropout) {
        int batch = masking.samples();
        Variable classes = tape.pick(parameter("class_emb.weight"), parameter("fake_latent"), labels); // (B, E)
        Variable projected = linear(tape, tape.constant(tokens, batch * config.tokens()), "z_proj"); // (B L, E)
        Variable x = tape.pick(projected, classes, encoderSources(masking)); // (B (S + K), E)
        x = tape.observe(
                "encoder_input", tape.addRows(x, parameter("encoder_pos_embed_learned"), keptPositions(masking)));
        x = layerNorm(tape, x, "z_proj_ln");
        x = blocks(tape, x, "encoder_blocks.", config.encoder(), batch, 0, dropout, UnaryOperator.identity());
        return layerNorm(tape, x, "encoder_norm");
    }

    /** Row of the position tables for each kept row, {@code (B (S + K))}: the buffer first, then the known tokens. */
    private int[] keptPositions(Masking masking) {
        int buffer = config.buffer();
        return IntStream.range(0, masking.samples())
                .flatMap(b -> IntStream.concat(
                        IntStream.range(0, buffer),
                        IntStream.of(masking.knownPositions(b)).map(l -> l + buffer)))
                .toArray();
    }

    /** For each kept row its token among those of all samples, or {@code -1 - b} where sample b's class fills the buffer. */
    private int[] encoderSources(Masking masking) {
        return IntStream.range(0, masking.samples())
                .flatMap(b -> IntStream.concat(
                        IntStream.range(0, config.buffer()).map(i -> -1 - b),
                        IntStream.of(masking.knownPositions(b)).map(l -> b * config.tokens() + l)))
                .toArray();
    }

    /**
     * The decoder: what the network knows about the tokens asked for. Behind its attention the last block computes these
     * alone, since nobody looks at the others.
     *
     * @param encoded {@code (B (S + K), E)}
     * @param rows positions asked for, {@code b L + l}, as many of each sample
     * @return the condition z, {@code (rows.length, F)}
     */
    public Variable decode(Tape tape, Variable encoded, Masking masking, int[] rows, DropoutKeys dropout) {
        int length = config.buffer() + config.tokens();
        int tokens = config.tokens();
        int batch = masking.samples();
        int[] source = decoderSources(keptPositions(masking), batch); // (B (S + L))
        Variable embedded = linear(tape, encoded, "decoder_embed"); // (B (S + K), F)
        Variable x = tape.pick(embedded, parameter("mask_token"), source); // (B (S + L), F)
        int[] positions =
                IntStream.range(0, source.length).map(row -> row % length).toArray();
        x = tape.observe("decoder_input", tape.addRows(x, parameter("decoder_pos_embed_learned"), positions));
        int site = SITES_PER_BLOCK * config.encoder().depth();
        int[] asked = Arrays.stream(rows)
                .map(row -> row / tokens * length + config.buffer() + row % tokens)
                .toArray();
        x = blocks(
                tape,
                x,
                "decoder_blocks.",
                config.decoder(),
                batch,
                site,
                dropout,
                every -> tape.pick(every, asked)); // (R, F)
        x = layerNorm(tape, x, "decoder_norm");
        return tape.addRows(
                x,
                parameter("diffusion_pos_embed_learned"),
                Arrays.stream(rows).map(row -> row % tokens).toArray());
    }

    /** For each decoder row its row among the kept ones of all samples, or -1 where the token is hidden. */
    private int[] decoderSources(int[] kept, int batch) {
        int length = config.buffer() + config.tokens();
        int[] source = new int[batch * length];
        Arrays.fill(source, -1);
        for (int i = 0; i < kept.length; i++) {
            source[i / (kept.length / batch) * length + kept[i]] = i;
        }
        return source;
    }

    /** A stack of blocks, the last of which goes on with the kept rows behind its attention. */
    private Variable blocks(
            Tape tape,
            Variable input,
            String prefix,
            Transformer size,
            int batch,
            int firstSite,
            DropoutKeys dropout,
            UnaryOperator<Variable> kept) {
        Variable x = input;
        for (int i = 0; i < size.depth(); i++) {
            Variable before = x;
            String name = prefix + i;
            int site = firstSite + SITES_PER_BLOCK * i;
            UnaryOperator<Variable> here = i == size.depth() - 1 ? kept : UnaryOperator.identity();
            x = tape.observe(name, tape.scope(() -> block(tape, before, name, size, batch, site, dropout, here)));
        }
        return x;
    }

    /** One pre-norm transformer block: {@code x + attention(norm(x))}, then {@code x + mlp(norm(x))}. */
    private Variable block(
            Tape tape,
            Variable x,
            String name,
            Transformer size,
            int batch,
            int site,
            DropoutKeys dropout,
            UnaryOperator<Variable> kept) {
        Dropout probabilities = dropout.at(size.attentionDropout(), batch, site);
        Variable qkv = linear(tape, layerNorm(tape, x, name + ".norm1"), name + ".attn.qkv"); // (B T, 3 E)
        Variable attended =
                tape.observe(name + ".attn", tape.attention(qkv, batch, size.heads(), probabilities)); // (B T, E)
        attended = linear(tape, kept.apply(attended), name + ".attn.proj");
        Variable before = kept.apply(x); // (R, E)
        Variable y = tape.residual(before, attended, dropout.at(size.projectionDropout(), batch, site + 1));
        Variable hidden = linear(tape, layerNorm(tape, y, name + ".norm2"), name + ".mlp.fc1"); // (R, 4 E)
        Dropout activations = dropout.at(size.projectionDropout(), batch, site + 2);
        hidden = tape.observe(name + ".mlp.act", tape.gelu(hidden, activations));
        hidden = linear(tape, hidden, name + ".mlp.fc2");
        return tape.residual(y, hidden, dropout.at(size.projectionDropout(), batch, site + 3));
    }

    // ---- diffusion head

    /**
     * The head's view of the conditions, which no time step changes.
     *
     * @param z {@code (R, F)}
     * @return {@code (R, W)}
     */
    public Variable embedCondition(Tape tape, Variable z) {
        return linear(tape, z, HEAD + "cond_embed");
    }

    /**
     * The head: predicted noise and the place of the variance between its bounds.
     *
     * @param noisy x_t, {@code (N, D)} values
     * @param timesteps t of each row, in steps of the original process
     * @param condition {@link #embedCondition}, {@code (R, W)}
     * @param rows row of {@code condition} for each of the N
     * @return {@code (N, 2 D)}: noise, then variance
     */
    public Variable denoise(Tape tape, float[] noisy, int[] timesteps, Variable condition, int[] rows) {
        int[] distinct = Arrays.stream(timesteps).sorted().distinct().toArray();
        int[] which = Arrays.stream(timesteps)
                .map(t -> Arrays.binarySearch(distinct, t))
                .toArray();
        return denoise(tape, noisy, embedTime(tape, distinct), which, condition, rows);
    }

    /**
     * The head with its view of the time steps at hand.
     *
     * @param noisy x_t, {@code (N, D)} values
     * @param time {@link #embedTime}
     * @param which row of {@code time} for each of the N
     * @param condition {@link #embedCondition}, {@code (R, W)}
     * @param rows row of {@code condition} for each of the N
     * @return {@code (N, 2 D)}: noise, then variance
     */
    public Variable denoise(Tape tape, float[] noisy, Variable time, int[] which, Variable condition, int[] rows) {
        Variable y = tape.silu(tape.addRows(tape.pick(condition, rows), time, which)); // (N, W)
        Variable x = linear(tape, tape.constant(noisy, rows.length), HEAD + "input_proj"); // (N, W)
        for (int i = 0; i < config.head().depth(); i++) {
            Variable before = x;
            String name = HEAD + "res_blocks." + i;
            x = tape.observe(name, tape.scope(() -> residualBlock(tape, before, y, name)));
        }
        List<Variable> parts = tape.chunks(linear(tape, y, HEAD + "final_layer.adaLN_modulation.1"), 2);
        Variable modulated = tape.modulate(tape.normalize(x), parts.get(0), parts.get(1));
        return linear(tape, modulated, HEAD + "final_layer.linear");
    }

    /**
     * The head's view of time steps.
     *
     * @return {@code (timesteps.length, W)}
     */
    public Variable embedTime(Tape tape, int[] timesteps) {
        Variable sinusoids = tape.observe(
                "time_sinusoid",
                tape.constant(TimeSinusoid.of(timesteps, tape.kernels().threads()), timesteps.length));
        Variable hidden = tape.silu(linear(tape, sinusoids, HEAD + "time_embed.mlp.0"));
        return linear(tape, hidden, HEAD + "time_embed.mlp.2");
    }

    /** {@code x + gate mlp(norm(x) (1 + scale) + shift)}, the three from the condition. */
    private Variable residualBlock(Tape tape, Variable x, Variable y, String name) {
        List<Variable> parts = tape.chunks(linear(tape, y, name + ".adaLN_modulation.1"), 3);
        Variable h = tape.modulate(layerNorm(tape, x, name + ".in_ln"), parts.get(0), parts.get(1));
        h = tape.silu(linear(tape, h, name + ".mlp.0"));
        return tape.gate(x, parts.get(2), linear(tape, h, name + ".mlp.2"));
    }
}
