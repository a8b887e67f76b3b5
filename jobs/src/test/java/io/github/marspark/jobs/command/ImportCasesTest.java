package io.github.marspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.data.weights.MemoryTensors;
import io.github.marspark.data.weights.NamedTensors;
import io.github.marspark.data.weights.NetworkWeights;
import io.github.marspark.data.weights.SafeTensors;
import io.github.marspark.data.weights.WeightFile;
import io.github.marspark.data.weights.WeightFileException;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.recipe.UsageException;
import io.github.marspark.jobs.tokenizer.RecipeAutoencoder;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import io.github.marspark.model.autoencoder.AutoencoderParameters;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Threads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Files that went wrong once, each as {@code import} or {@code import-tokenizer} takes it. */
class ImportCasesTest {
    private static final String AUTOENCODER = """
            name = tiny
            data { image-size = 64, classes = 10 }
            tokenizer {
              width = 16, multipliers = [1, 2, 2], residual-blocks = 1, attention-resolutions = []
              latent-channels = 4, groups = 8
            }
            sample.iterations = 4
            """;

    private static final String NETWORK = """
            name = tiny
            data { image-size = 16, classes = 10 }
            tokenizer {
              width = 16, multipliers = [1, 1, 1], residual-blocks = 1, attention-resolutions = []
              latent-channels = 16, groups = 8
            }
            model {
              width = 64, heads = 4, encoder-depth = 1, decoder-depth = 1, buffer = 8
              head { width = 64, depth = 1 }
            }
            sample.iterations = 4
            """;

    @TempDir
    Path folder;

    private static Path file(String name) {
        try {
            return Path.of(Objects.requireNonNull(ImportCasesTest.class.getResource("/weights/" + name))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private String run(WeightCommand command, String recipe, Path file, String... words) {
        try {
            Path path = Files.writeString(folder.resolve("tiny.conf"), recipe);
            List<String> arguments = new ArrayList<>(List.of(path.toString(), "file=" + file, "out=" + folder));
            arguments.addAll(List.of(words));
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            command.run(arguments, new PrintStream(said, true, StandardCharsets.UTF_8));
            return said.toString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String importTokenizer(Path file, String... words) {
        return run(new ImportTokenizerCommand(), AUTOENCODER, file, words);
    }

    private Tokenizer tokenizer() {
        return Tokenizer.open(folder.resolve("tokenizer"));
    }

    private static void assertSame(Tokenizer tokenizer, Path file, String prefix) {
        try (NamedTensors expected = WeightFile.open(file);
                NetworkWeights network = new NetworkWeights(
                        "tokenizer", AutoencoderParameters.layout(tokenizer.config()), tokenizer.values())) {
            for (String name : network.names()) {
                assertThat(network.floats(name)).as(name).isEqualTo(expected.floats(prefix + name));
            }
        }
    }

    @Test
    void aDecoderWithAttentionInItsLevelsIsBuiltWithIt() {
        Path file = file("ae_ldm_kl_f16_like_dec_attn.ckpt");
        assertThat(importTokenizer(file))
                .startsWith("""
                        %1$s: reads the names below state_dict: 172 tensors
                        %1$s: left out, being no part of what is read: state_dict.loss (3 tensors), optimizer_states (9 tensors)
                        %1$s: its decoder has attention at [16], and is built so, as by tokenizer.decoder-attention=[16]
                        tokenizer\s""".formatted(file))
                .contains(
                        "its latents are scaled by 0.2325, as those of the published KL-16; another is set by scale=");
        assertThat(tokenizer().config().decoderAttention()).containsExactly(16);
        assertSame(tokenizer(), file, "state_dict.");
        float[] latents = new float[tokenizer().config().latentValues()];
        latents[3] = 1;
        CpuKernels kernels = new CpuKernels(new Threads(1));
        float[] image = tokenizer().autoencoder(kernels).decode(kernels, latents);
        importTokenizer(
                file, "leave-out=decoder.up.*.attn.*", "tokenizer-folder=" + folder.resolve("without"), "scale=0.5");
        Tokenizer without = Tokenizer.open(folder.resolve("without"));
        assertThat(without.scale()).isEqualTo(0.5);
        assertThat(without.config().decoderAttention()).isEmpty();
        assertThat(without.autoencoder(kernels).decode(kernels, latents)).isNotEqualTo(image);
    }

    /** Latent diffusion's quantised autoencoder, whose decoder has attention in its levels, with as many codes as the recipe. */
    @Test
    void aQuantisedAutoencoderIsTakenWithItsCodes() {
        AutoencoderConfig config = new AutoencoderConfig(64, 3, 16, List.of(1, 2, 2), 1, List.of(), List.of(16), 4, 8)
                .withHiddenChannels(6)
                .withCodes(12);
        Parameters weights = Parameters.zeros(AutoencoderParameters.layout(config));
        weights.initialize(new Draws(3));
        new Tokenizer(config, weights.values(), 1).save(folder.resolve("published"));
        Path file = folder.resolve("published").resolve(Tokenizer.WEIGHTS);
        String[] settings = {"tokenizer.kind=vq", "tokenizer.codes=12", "tokenizer.hidden-channels=6"};
        assertThat(importTokenizer(file, settings))
                .contains("its decoder has attention at [16], and is built so")
                .endsWith(
                        "; its latents are scaled by 1.0, which the diffusion loss wants to be 1 / their standard deviation; it is set by scale=\n");
        assertThat(tokenizer().config()).isEqualTo(config);
        assertSame(tokenizer(), file, "");
        String elsewhere = "tokenizer-folder=" + folder.resolve("elsewhere");
        assertThatThrownBy(() -> importTokenizer(file, "tokenizer.kind=vq", "tokenizer.codes=15", elsewhere))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("quantize.embedding.weight")
                .hasMessageContaining("[12, 4]")
                .hasMessageContaining("[15, 4]");
        assertThatThrownBy(() -> importTokenizer(file, elsewhere))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("quantize.embedding.weight");
        assertThat(folder.resolve("elsewhere")).doesNotExist();
    }

    @Test
    void attentionThatTheRecipeAsksForMustBeThere() {
        Path file = file("ae_ldm_kl_f16_like_dec_attn.ckpt");
        assertThatThrownBy(() -> importTokenizer(file, "tokenizer.decoder-attention=[32]"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "tokenizer.decoder-attention is [32], but in %s the decoder has attention at [16]; set tokenizer.decoder-attention=[16], or give the file of such an autoencoder"
                                .formatted(file));
        assertThatThrownBy(() -> importTokenizer(file, "tokenizer.attention-resolutions=[16]"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("tokenizer.attention-resolutions is [16], but in ")
                .hasMessageContaining(" the encoder has attention at []; set tokenizer.attention-resolutions=[]");
        assertThat(folder.resolve("tokenizer")).doesNotExist();
        assertThat(importTokenizer(file, "tokenizer.decoder-attention=[16]")).doesNotContain("is built so");
        assertThat(tokenizer().config().decoderAttention()).containsExactly(16);
    }

    @Test
    void attentionThatIsLeftOutIsTold() {
        Path file = file("ae_ldm_kl_f16_like_dec_attn.ckpt");
        assertThat(importTokenizer(file, "leave-out=decoder.up.*.attn.*, loss.*"))
                .contains("left out as told: 23 tensors,"
                        + " state_dict.{decoder.up.2.attn.{0,1}.{norm,q,k,v,proj_out}.{weight,bias},loss.{logvar,");
    }

    @Test
    void aCommonPrefixIsTakenOffAndTold() {
        Path file = file("ae_first_stage.ckpt");
        assertThat(importTokenizer(file))
                .startsWith(file + ": reads the names below state_dict.first_stage_model: 152 tensors\ntokenizer ");
        assertThat(tokenizer().config().decoderAttention()).isEmpty();
        assertSame(tokenizer(), file, "state_dict.first_stage_model.");
    }

    private void prepareTokenizer() throws IOException {
        Recipe recipe =
                Recipes.read(Files.writeString(folder.resolve("tiny.conf"), NETWORK), Map.of("out", folder.toString()));
        AutoencoderConfig config = RecipeAutoencoder.config(recipe);
        new Tokenizer(
                        config,
                        Nd4j.zeros(
                                DataType.FLOAT,
                                AutoencoderParameters.layout(config).size()),
                        0.5)
                .save(folder.resolve("tokenizer"));
    }

    private String importNetwork(Path file, String... words) throws IOException {
        prepareTokenizer();
        return run(new ImportCommand(), NETWORK, file, words);
    }

    private void assertImported(Path file, String prefix) {
        CheckpointReader reader =
                CheckpointReader.latest(folder.resolve("checkpoints").toString());
        try (NamedTensors expected = WeightFile.open(file);
                NetworkWeights network = new NetworkWeights("network", reader.layout(), reader.parameters())) {
            for (String name : network.names()) {
                assertThat(network.floats(name)).as(name).isEqualTo(expected.floats(prefix + name));
            }
        }
    }

    @Test
    void expandedTensorsAreNoDamage() throws IOException {
        Path file = file("expanded.pth");
        assertThat(importNetwork(file))
                .startsWith(file + ": reads the names below model: 60 tensors\n")
                .contains("which stand for their moving average, too");
        assertImported(file, "model.");
    }

    @Test
    void aTupleIsAKeyLikeAnyOther() throws IOException {
        Path file = file("tuple_key.pth");
        assertThat(importNetwork(file)).startsWith(file + ": reads the names below model: 60 tensors\n");
        assertImported(file, "model.");
    }

    @Test
    void aKeyChoosesOneOfTwoStateDicts() throws IOException {
        Path file = file("model_without_module.pth");
        assertThatThrownBy(() -> importNetwork(file))
                .isInstanceOf(WeightFileException.class)
                .hasMessage(file + ": holds this network 2 times; say weights=ema_state_dict (60 of 60 tensors) or"
                        + " weights=model (60 of 60 tensors)");
        assertThat(importNetwork(file, "weights=ema_state_dict")).startsWith("""
                        %1$s: reads the names below ema_state_dict: 60 tensors
                        %1$s: left out, being no part of what is read: model (60 tensors)
                        """.formatted(file));
        assertImported(file, "ema_state_dict.");
    }

    /** Parameters and average as the reference names them, with a value that is no number among the latter. */
    @Test
    void weightsThatAreNoNumbersAreRefusedUnlessTheyAreWanted() throws IOException {
        Path file = folder.resolve("last.safetensors");
        try (NamedTensors network = WeightFile.open(file("tuple_key.pth"));
                MemoryTensors tensors = new MemoryTensors("memory")) {
            for (String name : network.names()) {
                float[] values = network.floats(name);
                tensors.put(name, network.description(name).shape(), FloatBuffer.wrap(values.clone()));
                values[0] = name.endsWith("z_proj.bias") ? Float.NaN : values[0];
                tensors.put(
                        name.replace("model.", "model_ema."),
                        network.description(name).shape(),
                        FloatBuffer.wrap(values));
            }
            SafeTensors.write(file, tensors, Map.of());
        }
        assertThatThrownBy(() -> importNetwork(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(file + " (model_ema) has weights that are not finite numbers in 1 tensor: z_proj.bias"
                        + " (1 not a number); take a file from before they went wrong, or say non-finite=keep to import"
                        + " them as they are");
        assertThat(folder.resolve("checkpoints")).doesNotExist();
        assertThat(importNetwork(file, "non-finite=keep"))
                .startsWith("""
                        %1$s: reads the names below model: 60 tensors
                        %1$s: reads the names below model_ema: 60 tensors
                        %1$s: kept as told: weights that are not finite numbers in 1 tensor: z_proj.bias
                        """.strip().formatted(file))
                .contains("with their moving average");
        assertThat(importNetwork(file, "weights=model", "checkpoints=" + folder.resolve("parameters")))
                .startsWith("""
                        %1$s: reads the names below model: 60 tensors
                        %1$s: left out, being no part of what is read: model_ema (60 tensors)
                        """.formatted(file))
                .contains("which stand for their moving average, too");
    }

    @Test
    void theHelpNamesTheKeysAndWrongOnesAreRefused() {
        assertThat(new ImportTokenizerCommand().help())
                .contains("\nKeys besides the recipe's, on the command line only:\n  file=PATH\n")
                .contains("  weights=NAME\n", "  leave-out=NAME,…\n", "  non-finite=keep\n", "  scale=NUMBER\n");
        assertThat(new ExportCommand().help()).contains("  file=PATH\n").doesNotContain("leave-out");
        Path file = file("tuple_key.pth");
        refused("non-finite is \"yes\", must be keep or left out", file, "non-finite=yes");
        refused("weights is empty, give a name after weights= or leave it out", file, "weights=");
        refused("scale is 0, must be a number greater than 0", file, "scale=0");
        refused("scale is \"x\", must be a number greater than 0", file, "scale=x");
        refused("import-tokenizer takes one file=PATH, but more were given", file, "file=other");
    }

    private void refused(String message, Path file, String... words) {
        assertThatThrownBy(() -> importTokenizer(file, words))
                .isInstanceOf(UsageException.class)
                .hasMessage(message);
    }
}
