package io.github.marspark.model.mar;

import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.SamplingOptions;
import io.github.marspark.model.masking.GenerationSchedule;
import io.github.marspark.model.masking.GuidanceSchedule;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Generates images token set after token set: each iteration asks the body about the next positions of every sample's
 * order and draws their tokens from what the head makes of that. By causal attention every set is one token.
 *
 * <p>With guidance both conditions run as one batch, conditional samples first. Legend as in {@link MarNetwork}. Not
 * thread-safe.
 *
 * @see <a href="https://arxiv.org/abs/2406.11838">sections 3.3 and 3.4</a>
 */
public final class MarGenerator {
    /**
     * What a user may choose.
     *
     * @param iterations sets of tokens an image; at most L, or as many as are drawn
     * @param guidance scale of classifier-free guidance; 1 switches it off
     * @param schedule how the scale grows over the iterations
     * @param sampling temperature and clamp of the diffusion; of ids it is the logits' temperature
     * @param reveal which tokens an iteration reveals
     */
    public record Options(
            int iterations, double guidance, GuidanceSchedule schedule, SamplingOptions sampling, Reveal reveal) {
        /** Tokens are revealed by their order. */
        public Options(int iterations, double guidance, GuidanceSchedule schedule, SamplingOptions sampling) {
            this(iterations, guidance, schedule, sampling, Reveal.BY_ORDER);
        }

        /** Whether samples are guided. */
        boolean guides() {
            return guidance != 1;
        }
    }

    private final MarNetwork network;
    private final Kernels kernels;
    private final Options options;
    private final KeptTokens kept;
    private final GenerationSchedule schedule;
    private final TokenSampler sampler;

    /**
     * A generator of a network's images.
     *
     * @param diffusion respaced as wanted
     * @throws IllegalArgumentException if there are more iterations than tokens, or the options do not go together with the
     *     network
     */
    public MarGenerator(MarNetwork network, Kernels kernels, GaussianDiffusion diffusion, Options options) {
        this(network, kernels, diffusion, options, KeptTokens.none(network.config()));
    }

    /**
     * A generator of images that keep some tokens of a picture.
     *
     * @param diffusion respaced as wanted
     * @param kept tokens of every image
     * @throws IllegalArgumentException if there are more iterations than hidden tokens, or the options or tokens kept do not
     *     go together with the network
     */
    public MarGenerator(
            MarNetwork network, Kernels kernels, GaussianDiffusion diffusion, Options options, KeptTokens kept) {
        Design design = network.config().design();
        this.network = network;
        this.kernels = kernels;
        this.options = options;
        this.kept = kept;
        requireKeepable(network.config(), kept);
        this.schedule = new GenerationSchedule(network.config().tokens(), kept.hidden(), options.iterations());
        requirePossible(network.config(), options);
        this.sampler = design.hasIds()
                ? new CategoricalTokens(
                        network.categoricalHead(), options.sampling().temperature())
                : new DiffusionTokens(network.head(), kernels, diffusion, options.sampling());
    }

    private static void requireKeepable(MarConfig config, KeptTokens kept) {
        if (kept.values().length != config.tokens() * config.tokenSize() || kept.kept().length != config.tokens()) {
            throw new IllegalArgumentException("kept has %d tokens of %d numbers, must have %d of %d"
                    .formatted(
                            kept.kept().length,
                            kept.values().length / kept.kept().length,
                            config.tokens(),
                            config.tokenSize()));
        }
        if (config.design().isCausal() && kept.hidden() < config.tokens()) {
            throw new IllegalArgumentException(
                    "attention is causal, must be bidirectional to keep tokens: it draws one after another from nothing");
        }
    }

    private static void requirePossible(MarConfig config, Options options) {
        if (config.design().isCausal() && options.iterations() != config.tokens()) {
            throw new IllegalArgumentException(
                    "iterations is %d, must be the %d tokens for causal attention: it generates one after another"
                            .formatted(options.iterations(), config.tokens()));
        }
        if (options.reveal().isByConfidence()
                && (config.design().isCausal() || !config.design().hasIds())) {
            throw new IllegalArgumentException(
                    "tokens are revealed by confidence, must be by order unless attention is bidirectional and the loss cross-entropy");
        }
        if (options.guides() && config.labelDrop() == 0) {
            throw new IllegalArgumentException(
                    "guidance is %s, must be 1 for a network whose labels are never dropped: it has not learned to do without"
                            .formatted(options.guidance()));
        }
    }

    /**
     * Generates one image a label.
     *
     * @param labels {@code (B)}, class or -1 for none
     * @return tokens {@code (B L, D)}, scaled latents, or ids
     * @throws IllegalArgumentException if a label is no class
     */
    public float[] generate(int[] labels, GenerationNoise noise) {
        return generate(labels, noise, GenerationWatcher.NONE);
    }

    /**
     * Generates one image a label, and shows how.
     *
     * @param labels {@code (B)}, class or -1 for none
     * @param watcher is called after each iteration
     * @return tokens {@code (B L, D)}, scaled latents, or ids
     * @throws IllegalArgumentException if a label is no class
     */
    public float[] generate(int[] labels, GenerationNoise noise, GenerationWatcher watcher) {
        int tokens = network.config().tokens();
        int[][] orders = IntStream.range(0, labels.length)
                .mapToObj(sample -> network.config().design().order().of(tokens, () -> noise.order(sample, tokens)))
                .map(kept::last)
                .toArray(int[][]::new);
        float[] values = kept.repeated(labels.length);
        boolean[] known = kept.known(labels.length);
        try (GenerationConditions conditions = new WatchedConditions(begin(), watcher)) {
            for (int iteration = 0; iteration < options.iterations(); iteration++) {
                advance(conditions, values, labels, orders, iteration, noise);
                addDrawn(known, orders, iteration);
                watcher.see(iteration + 1, values, known);
            }
        }
        return values;
    }

    /** Adds the tokens that an iteration has drawn. */
    private void addDrawn(boolean[] known, int[][] orders, int iteration) {
        for (int b = 0; b < orders.length; b++) {
            for (int position : schedule.positions(orders[b], iteration)) {
                known[b * network.config().tokens() + position] = true;
            }
        }
    }

    /** What is said about the tokens of images that are begun now. */
    GenerationConditions begin() {
        return network.body().generation(kernels);
    }

    /**
     * One iteration: draws the tokens of every sample's next positions.
     *
     * @param values {@code (B L, D)}, read at known positions, written at the next ones
     * @param orders {@code (B, L)}; where confidence decides, what is hidden is written over
     */
    void advance(
            GenerationConditions conditions,
            float[] values,
            int[] labels,
            int[][] orders,
            int iteration,
            GenerationNoise noise) {
        boolean sure = options.reveal().isByConfidence();
        GenerationBatch batch = sure
                ? GenerationBatch.ofAllHidden(values, labels, orders, schedule, iteration)
                : GenerationBatch.of(values, labels, orders, schedule, iteration);
        int size = network.config().tokenSize();
        IterationNoise drawnFrom =
                new IterationNoise(noise, iteration, schedule.predicted(iteration), size, sure ? iteration : 0);
        double guidance = schedule.guidance(options.schedule(), options.guidance(), iteration);
        try (Tape tape = Tape.computing(kernels)) {
            Variable view = tape.scope(
                    () -> sampler.view(tape, conditions.next(tape, options.guides() ? batch.guided() : batch)));
            DrawnTokens drawn = sampler.draw(tape, view, batch, drawnFrom, guidance);
            if (sure) {
                sort(batch, confidences(batch, drawn, iteration, noise));
            }
            batch.reveal(drawn.values(), schedule.masked(iteration) - schedule.predicted(iteration));
        }
    }

    /** How sure each id is, {@code (R)}: {@code log p + temperature (1 - (s + 1) / I) g}, g by Gumbel's distribution. */
    double[] confidences(GenerationBatch batch, DrawnTokens drawn, int iteration, GenerationNoise noise) {
        double chance = options.reveal().confidenceTemperature() * (1 - (iteration + 1.0) / options.iterations());
        double[] confidences = drawn.logProbabilities().clone();
        for (int row = 0; row < confidences.length; row++) {
            int token = batch.next()[row];
            double v = noise.confidence(token / batch.length(), token % batch.length(), iteration);
            confidences[row] += chance == 0 ? 0 : chance * -Math.log(-Math.log(v));
        }
        return confidences;
    }

    private static void sort(GenerationBatch batch, double[] confidences) {
        int hidden = batch.masked();
        for (int b = 0; b < batch.orders().length; b++) {
            int start = b * hidden;
            int length = batch.length();
            int[] positions = IntStream.range(start, start + hidden)
                    .map(row -> batch.next()[row] % length)
                    .toArray();
            Reveal.keepSurest(batch.orders()[b], positions, Arrays.copyOfRange(confidences, start, start + hidden));
        }
    }
}
