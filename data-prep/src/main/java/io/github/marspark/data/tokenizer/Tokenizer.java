package io.github.marspark.data.tokenizer;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.github.marspark.data.weights.NetworkWeights;
import io.github.marspark.data.weights.SafeTensors;
import io.github.marspark.data.weights.WeightFingerprint;
import io.github.marspark.model.autoencoder.Autoencoder;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import io.github.marspark.model.autoencoder.AutoencoderParameters;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.Parameters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A trained autoencoder with the scale of its latents: what turns images into tokens and back.
 *
 * <p>On disk it is a folder of {@code tokenizer.json}, its sizes, scale and fingerprint, and
 * {@code tokenizer.safetensors}, its weights by the names of latent diffusion checkpoints. The fingerprint is that of the
 * weights; latents and checkpoints name their tokenizer by it.
 */
public final class Tokenizer {
    /** Name of the file that says what the folder holds. */
    public static final String DESCRIPTION = "tokenizer.json";

    /** Name of the file of weights. */
    public static final String WEIGHTS = "tokenizer.safetensors";

    private static final int FORMAT = 1;
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

    private final AutoencoderConfig config;
    private final INDArray values;
    private final double scale;
    private final String fingerprint;

    /** The file {@link #DESCRIPTION}. */
    private record Description(
            @JsonProperty(required = true) int format,
            @JsonProperty(required = true) Sizes sizes,
            @JsonProperty(required = true) double scale,
            @JsonProperty(required = true) String fingerprint) {}

    /** The sizes of the autoencoder, as {@link AutoencoderConfig} has them. */
    private record Sizes(
            int resolution,
            int imageChannels,
            int width,
            List<Integer> multipliers,
            int residualBlocks,
            List<Integer> attentionResolutions,
            int latentChannels,
            int groups) {
        static Sizes of(AutoencoderConfig config) {
            return new Sizes(
                    config.resolution(),
                    config.imageChannels(),
                    config.width(),
                    config.multipliers(),
                    config.residualBlocks(),
                    config.attentionResolutions(),
                    config.latentChannels(),
                    config.groups());
        }

        AutoencoderConfig config() {
            return new AutoencoderConfig(
                    resolution,
                    imageChannels,
                    width,
                    multipliers,
                    residualBlocks,
                    attentionResolutions,
                    latentChannels,
                    groups);
        }
    }

    /**
     * A tokenizer of given weights.
     *
     * @param values all parameters, {@link AutoencoderParameters#layout} says where
     * @param scale what latents are multiplied by before the network sees them, 1 over their standard deviation
     * @throws IllegalArgumentException if the scale is not positive and finite
     */
    public Tokenizer(AutoencoderConfig config, INDArray values, double scale) {
        if (!(scale > 0) || Double.isInfinite(scale)) {
            throw new IllegalArgumentException("scale is " + scale + ", must be positive and finite");
        }
        this.config = config;
        this.values = values;
        this.scale = scale;
        this.fingerprint = WeightFingerprint.of(weights());
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

    /** 64 hexadecimal digits that no other weights have. */
    public String fingerprint() {
        return fingerprint;
    }

    /**
     * {@return all parameters, as {@link AutoencoderParameters#layout} places them; not a copy}
     */
    public INDArray values() {
        return values;
    }

    /** The network, to be used by one thread at a time. */
    public Autoencoder autoencoder() {
        Parameters parameters = new Parameters(layout(), values, values);
        return new Autoencoder(config, parameters::variable);
    }

    /**
     * Writes the two files, the description last, so that a folder which has it is whole.
     *
     * @throws UncheckedIOException naming the file that cannot be written
     */
    public void save(Path folder) {
        Path description = folder.resolve(DESCRIPTION);
        Path temporary = folder.resolve("." + DESCRIPTION + ".tmp");
        try {
            Files.createDirectories(folder);
            SafeTensors.write(folder.resolve(WEIGHTS), weights(), Map.of("fingerprint", fingerprint));
            JSON.writeValue(temporary.toFile(), new Description(FORMAT, Sizes.of(config), scale, fingerprint));
            Files.move(temporary, description, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(description + " cannot be written: " + e.getMessage(), e);
        }
    }

    /**
     * Reads what {@link #save} wrote.
     *
     * @throws UncheckedIOException naming the file, if it is missing, of another format, or its weights are not those that
     *     the description speaks of
     */
    public static Tokenizer open(Path folder) {
        Description description = describe(folder.resolve(DESCRIPTION));
        AutoencoderConfig config = description.sizes().config();
        ParameterLayout layout = AutoencoderParameters.layout(config);
        INDArray values = Nd4j.createUninitialized(org.nd4j.linalg.api.buffer.DataType.FLOAT, layout.size());
        try (SafeTensors tensors = SafeTensors.open(folder.resolve(WEIGHTS))) {
            NetworkWeights.load(tensors, layout, values);
        }
        Tokenizer tokenizer = new Tokenizer(config, values, description.scale());
        if (!tokenizer.fingerprint().equals(description.fingerprint())) {
            throw new UncheckedIOException(new IOException(folder.resolve(WEIGHTS) + " holds other weights than "
                    + DESCRIPTION + " speaks of; restore the two files together or train the tokenizer again"));
        }
        return tokenizer;
    }

    private static Description describe(Path file) {
        try {
            Description description = JSON.readValue(file.toFile(), Description.class);
            if (description.format() != FORMAT) {
                throw new IOException("its format is " + description.format() + ", this program reads " + FORMAT);
            }
            return description;
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(file + " is not a tokenizer's description: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    file + " cannot be read; ./mar train-tokenizer writes it (" + e.getMessage() + ")", e);
        }
    }
}
