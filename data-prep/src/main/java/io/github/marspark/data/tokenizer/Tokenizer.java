package io.github.marspark.data.tokenizer;

import io.github.marspark.data.files.Published;
import io.github.marspark.data.weights.NetworkWeights;
import io.github.marspark.data.weights.SafeTensors;
import io.github.marspark.data.weights.WeightFingerprint;
import io.github.marspark.model.autoencoder.Autoencoder;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import io.github.marspark.model.autoencoder.AutoencoderParameters;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.tensor.Kernels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A trained autoencoder with the scale of its latents: what turns images into tokens and back.
 *
 * <p>On disk it is a folder of {@code tokenizer.json}, its sizes, scale and fingerprint, and
 * {@code tokenizer.safetensors}, its weights by the names of latent diffusion checkpoints. The fingerprint covers sizes,
 * scale and weights; latents and checkpoints name their tokenizer by it.
 */
public final class Tokenizer {
    /** Name of the file that says what the folder holds. */
    public static final String DESCRIPTION = "tokenizer.json";

    /** Name of the file of weights. */
    public static final String WEIGHTS = "tokenizer.safetensors";

    private final AutoencoderConfig config;
    private final INDArray values;
    private final double scale;
    private final CodesInUse codesInUse;
    private final TokenizerFingerprint fingerprint;

    /**
     * A tokenizer of given weights, of whose codes nothing is known.
     *
     * @param values all parameters, {@link AutoencoderParameters#layout} says where
     * @param scale what latents are multiplied by before the network sees them, 1 over their standard deviation
     * @throws IllegalArgumentException if the scale is not positive and finite
     */
    public Tokenizer(AutoencoderConfig config, INDArray values, double scale) {
        this(config, values, scale, CodesInUse.UNKNOWN);
    }

    /**
     * A tokenizer of given weights.
     *
     * @param values all parameters, {@link AutoencoderParameters#layout} says where
     * @param scale what latents are multiplied by before the network sees them, 1 over their standard deviation
     * @param codesInUse what is known of the codes of a quantised autoencoder
     * @throws IllegalArgumentException if the scale is not positive and finite
     */
    public Tokenizer(AutoencoderConfig config, INDArray values, double scale, CodesInUse codesInUse) {
        if (!(scale > 0) || Double.isInfinite(scale)) {
            throw new IllegalArgumentException("scale is " + scale + ", must be positive and finite");
        }
        this.config = config;
        this.values = values;
        this.scale = scale;
        this.codesInUse = codesInUse;
        this.fingerprint = TokenizerFingerprint.of(config, scale, WeightFingerprint.of(weights()));
    }

    private ParameterLayout layout() {
        return AutoencoderParameters.layout(config);
    }

    private NetworkWeights weights() {
        return new NetworkWeights("the tokenizer", layout(), values);
    }

    /** The sizes of the autoencoder. */
    public AutoencoderConfig config() {
        return config;
    }

    /** What latents are multiplied by before the network sees them. */
    public double scale() {
        return scale;
    }

    /** What is known of its codes; {@link CodesInUse#UNKNOWN} where it has none. */
    public CodesInUse codesInUse() {
        return codesInUse;
    }

    /** Digits that no other sizes, scale or weights have. */
    public String fingerprint() {
        return fingerprint.toString();
    }

    /** What latents and checkpoints note of it; {@link TokenizerIdentity#differenceFrom} compares. */
    public TokenizerIdentity identity() {
        return new TokenizerIdentity(fingerprint(), scale);
    }

    /**
     * {@return all parameters, as {@link AutoencoderParameters#layout} places them; not a copy}
     */
    public INDArray values() {
        return values;
    }

    /** The network where kernels compute with it, to be used by one thread at a time. */
    public Autoencoder autoencoder(Kernels kernels) {
        Parameters parameters = new Parameters(layout(), values, values).on(kernels);
        return new Autoencoder(config, parameters::variable);
    }

    /**
     * Writes the two files, the description last, so that a folder which has it is whole.
     *
     * @throws UncheckedIOException naming the file that cannot be written
     */
    public void save(Path folder) {
        Path description = folder.resolve(DESCRIPTION);
        try {
            Files.createDirectories(folder);
            SafeTensors.write(folder.resolve(WEIGHTS), weights(), Map.of("fingerprint", fingerprint()));
            Published.file(description, TokenizerDescription.of(this).toJson());
        } catch (IOException e) {
            throw new UncheckedIOException(description + " cannot be written: " + e.getMessage(), e);
        }
    }

    /**
     * Reads what {@link #save} wrote.
     *
     * @throws UncheckedIOException naming the file, if it is missing, of another format, altered, or its weights are not
     *     those that the description speaks of
     */
    public static Tokenizer open(Path folder) {
        Path file = folder.resolve(DESCRIPTION);
        TokenizerDescription description = TokenizerDescription.read(file);
        Tokenizer tokenizer = new Tokenizer(
                description.config(file),
                weights(folder, description.config(file)),
                description.scale(),
                description.codesInUse());
        String written = TokenizerFingerprint.parse(description.fingerprint()).weights();
        if (!tokenizer.fingerprint.weights().equals(written)) {
            throw new UncheckedIOException(new IOException(folder.resolve(WEIGHTS) + " holds other weights than "
                    + DESCRIPTION + " speaks of; restore the two files together or train the tokenizer again"));
        }
        return tokenizer;
    }

    private static INDArray weights(Path folder, AutoencoderConfig config) {
        try (SafeTensors tensors = SafeTensors.open(folder.resolve(WEIGHTS))) {
            return NetworkWeights.read(tensors, AutoencoderParameters.layout(config));
        }
    }
}
