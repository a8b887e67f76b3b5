package io.github.marspark.jobs.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipesTest {
    private static final String SMALLEST = """
            name = flowers
            data {
              image-size = 256
              classes = 102
            }
            """;

    @TempDir
    Path folder;

    static List<Path> shippedRecipes() throws IOException {
        try (var files = Files.list(Path.of("../recipes"))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("shippedRecipes")
    void shippedRecipeParses(Path file) {
        Recipe recipe = Recipes.read(file, Map.of());
        assertThat(file.getFileName()).hasToString(recipe.name() + ".conf");
        assertThat(recipe.out()).isEqualTo("out/" + recipe.name());
    }

    @ParameterizedTest
    @MethodSource("shippedRecipes")
    void shippedRecipeBeginsWithWhatItTrainsAndWhatToExpect(Path file) throws IOException {
        assertThat(Files.readString(file)).startsWith("# Trains ").contains("# On what:", "# How long:", "# Expect:");
    }

    @Test
    void shippedRecipesAreSix() throws IOException {
        assertThat(shippedRecipes())
                .extracting(path -> path.getFileName().toString())
                .containsExactly(
                        "compare.conf",
                        "fashion-mnist-full.conf",
                        "fashion-mnist.conf",
                        "imagenet256-mar-base.conf",
                        "imagenet256-mar-huge.conf",
                        "imagenet256-mar-large.conf");
    }

    @Test
    void recipeOfTheReadmeParses() throws IOException {
        String readme = Files.readString(Path.of("../README.md"));
        String block = readme.substring(readme.indexOf("```hocon\n") + 9);
        Recipe flowers = Recipes.parse(block.substring(0, block.indexOf("```")), "README.md", Map.of());
        assertThat(flowers.out()).isEqualTo("out/flowers");
        assertThat(flowers.tokens()).isEqualTo(256);
    }

    @Test
    void defaultsAreTheArticlesForMarBase() {
        Recipe base = Recipes.read(Path.of("../recipes/imagenet256-mar-base.conf"), Map.of());
        Recipe defaults = parse("name = imagenet256-mar-base\ndata { image-size = 256, classes = 1000 }");
        assertThat(base.model()).isEqualTo(defaults.model());
        assertThat(base.train()).isEqualTo(defaults.train());
        assertThat(base.tokenizer()).isEqualTo(defaults.tokenizer());
        assertThat(base.tokens()).isEqualTo(256);
        assertThat(base.tokenSize()).isEqualTo(16);
    }

    @Test
    void demoHasSixteenTokens() {
        Recipe demo = Recipes.read(Path.of("../recipes/fashion-mnist.conf"), Map.of());
        assertThat(demo.tokens()).isEqualTo(16);
        assertThat(demo.tokenSize()).isEqualTo(16);
        assertThat(demo.tokenizer().stride()).isEqualTo(4);
    }

    @Test
    void writtenRecipeReadsAsTheSame() {
        Recipe recipe = Recipes.read(Path.of("../recipes/fashion-mnist.conf"), Map.of("images", "hdfs://host:1/a b"));
        assertThat(Recipes.parse(Recipes.render(recipe), "copy", Map.of())).isEqualTo(recipe);
    }

    @Test
    void foldersFollowNameAndOut() {
        assertThat(parse(SMALLEST).checkpoints()).isEqualTo("out/flowers/checkpoints");
        Recipe moved = Recipes.parse(SMALLEST, "flowers.conf", Map.of("out", "s3a://bucket/x", "latents", "/fast"));
        assertThat(moved.checkpoints()).isEqualTo("s3a://bucket/x/checkpoints");
        assertThat(moved.latents()).isEqualTo("/fast");
    }

    @Test
    void settingsReplaceTheFiles() {
        Recipe recipe = Recipes.parse(
                SMALLEST,
                "flowers.conf",
                Map.of(
                        "train.steps", "300",
                        "train.betas", "[0.8, 0.9]",
                        "sample.diffusion-steps", "100",
                        "train.gradient-sharing", "dl4j-shared",
                        "seed", "7"));
        assertThat(recipe.train().steps()).isEqualTo(300);
        assertThat(recipe.train().betas()).containsExactly(0.8, 0.9);
        assertThat(recipe.sample().diffusionSteps()).isEqualTo("100");
        assertThat(recipe.train().gradientSharing()).isEqualTo(GradientSharing.DL4J_SHARED);
        assertThat(recipe.sample().seed()).isEqualTo(7);
    }

    @Test
    void wholeNumberIsANumberToo() {
        assertThat(parse(SMALLEST + "train.clip-norm = 3").train().clipNorm()).isEqualTo(3.0);
    }

    @Test
    void valuesOfAnIncludedFileAreNamedByThatFile() throws IOException {
        Files.writeString(folder.resolve("base.conf"), "train {\n  stepz = 5\n}\n");
        Path recipe = Files.writeString(folder.resolve("flowers.conf"), "include \"base.conf\"\n" + SMALLEST);
        assertThatThrownBy(() -> Recipes.read(recipe, Map.of()))
                .isInstanceOf(RecipeException.class)
                .hasMessageEndingWith("base.conf:2: unknown key train.stepz; did you mean train.steps?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"bse.conf\"", "file(\"bse.conf\")", "file(\"/no/bse.conf\")"})
    void includedFileMustExist(String include) throws IOException {
        Files.writeString(folder.resolve("base.conf"), "train.steps = 5\n");
        Path recipe = Files.writeString(folder.resolve("flowers.conf"), "include " + include + "\n" + SMALLEST);
        assertThatThrownBy(() -> Recipes.read(recipe, Map.of()))
                .isInstanceOf(RecipeException.class)
                .hasMessageStartingWith(recipe + " includes ")
                .hasMessageEndingWith("bse.conf, which is not there or cannot be read");
    }

    @Test
    void misspeltKeyIsRefusedWithASuggestion() {
        refused(
                "train.lerning-rate = 1",
                "flowers.conf:6: unknown key train.lerning-rate; did you mean train.learning-rate?");
    }

    @Test
    void keyOfAnotherSectionIsPointedOut() {
        refused(
                "model.kl-weight = 1",
                "flowers.conf:6: unknown key model.kl-weight; did you mean tokenizer.kl-weight?");
    }

    @Test
    void keyLikeNoOtherIsRefusedWithTheKnownOnes() {
        refused(
                "encode.colour = red",
                "flowers.conf:6: unknown key encode.colour; known here are "
                        + "source, image-column, label-column, number-type, codec, shard-megabytes, batch, "
                        + "max-megapixels, max-reject-share, duplicates, max-per-class");
    }

    @Test
    void clusterSettingsAreNoPartOfARecipe() {
        assertThatThrownBy(() -> parse(SMALLEST + "master = \"local[2]\""))
                .hasMessageContaining("flowers.conf:6: unknown key master; known here are name, seed, images");
    }

    @Test
    void missingKeyIsNamed() {
        assertThatThrownBy(() -> parse("name = flowers\ndata.classes = 3"))
                .isInstanceOf(RecipeException.class)
                .hasMessage("flowers.conf: key data.image-size is missing: "
                        + "side of the square cut from each image (a whole number)");
        assertThatThrownBy(() -> parse("data { classes = 3, image-size = 32 }"))
                .hasMessageStartingWith("flowers.conf: key name is missing: ");
    }

    @Test
    void missingSectionIsToldByItsKeys() {
        assertThatThrownBy(() -> parse("name = flowers"))
                .hasMessageContaining("key data.image-size is missing")
                .hasMessageContaining("key data.classes is missing");
    }

    @Test
    void wholeNumberIsNotAcceptedFromAFraction() {
        refused("train.steps = 10.5", "flowers.conf:6: train.steps is 10.5, must be a whole number");
        refused("model.width = 768.0", "flowers.conf:6: model.width is 768.0, must be a whole number");
        refused("model.width = 1e3", "flowers.conf:6: model.width is 1e3, must be a whole number");
    }

    @Test
    void textIsNotAcceptedAsANumber() {
        refused("train.steps = \"10\"", "flowers.conf:6: train.steps is \"10\", must be a whole number");
        refused("train.clip-norm = much", "flowers.conf:6: train.clip-norm is \"much\", must be a number");
    }

    @Test
    void numberIsNotAcceptedAsText() {
        refused(
                "sample.diffusion-steps = 100",
                "flowers.conf:6: sample.diffusion-steps is 100, must be text: put it in quotes");
    }

    @Test
    void numberThatIsTooLongIsRefused() {
        refused(
                "model.width = 4294967296",
                "flowers.conf:6: model.width is 4294967296, must be from -2147483648 to 2147483647");
    }

    @Test
    void nameOutsideAnEnumerationIsRefusedWithTheNames() {
        refused(
                "train.gradient-sharing = async",
                "flowers.conf:6: train.gradient-sharing is \"async\", must be one of synchronous, dl4j-shared");
        refused("data.mirror = true", "flowers.conf:6: data.mirror is true, must be one of none, horizontal");
    }

    @Test
    void valuesThatAJobWouldRefuseLaterAreRefused() {
        refused(
                "sample.diffusion-steps = ddim37",
                "flowers.conf:6: sample.diffusion-steps is refused: sampling steps are \"ddim37\", but no whole stride takes exactly 37 of 1000 time steps");
        refused(
                "sample.diffusion-steps = \"2000\"",
                "flowers.conf:6: sample.diffusion-steps is refused: sampling steps are \"2000\", but a section of 1000 time steps cannot give 2000 of them");
        refused(
                "sample.diffusion-steps = \"1\"",
                "flowers.conf:6: sample.diffusion-steps is \"1\", must be at least 2 steps");
        refused(
                "model.mask-ratio-min = 0",
                "flowers.conf:6: model.mask-ratio-min is 0.0, must be above 0.0 and below 1.0");
        refused(
                "train { schedule = cosine, steps = 9, warmup-steps = 9 }",
                "flowers.conf:6: train.warmup-steps is 9, must be below 9, the steps of the cosine schedule");
        refused("latents = \"\"", "flowers.conf:6: latents is empty, must be given");
    }

    @Test
    void previewsThatCannotBeDrawnAreRefused() {
        refused(
                "train.preview.labels = [0, 102]",
                "flowers.conf:6: train.preview.labels is [0, 102], must be numbers below 102, the number of classes");
        refused(
                "train.preview.per-class = 21",
                "flowers.conf:6: train.preview.per-class is 21, must be at most 20 for 10 classes, so that a preview has at most 200 images");
        refused(
                "train.preview.iterations = 257",
                "flowers.conf:6: train.preview.iterations is 257, must be at most 256, the number of tokens");
        refused(
                "model.attention = causal, sample.iterations = 256, train.preview.iterations = 64",
                "flowers.conf:6: train.preview.iterations is 64, must be 256, the number of tokens, for causal attention, which draws one after another");
        refused(
                "train { gradient-sharing = dl4j-shared, recompute = blocks }",
                "flowers.conf:6: train.recompute is blocks, must be none with gradient-sharing = dl4j-shared, whose executors compute by DL4J's copies of the layer");
        refused(
                "train { gradient-sharing = dl4j-shared, preview.every-steps = 9 }",
                "flowers.conf:6: train.preview.every-steps is 9, must be 0 with gradient-sharing = dl4j-shared, which keeps no moving average");
    }

    @Test
    void previewsTakeTheIterationsOfSamplesAndTheFirstClasses() {
        PreviewRecipe preview = parse(SMALLEST).train().preview();
        assertThat(preview.isWanted()).isFalse();
        assertThat(preview.iterationsOr(5)).isEqualTo(5);
        assertThat(preview.shown(2)).containsExactly(0, 1);
        assertThat(preview.shown(1000)).hasSize(10);
    }

    @Test
    void settingsOfGradientSharingAreChecked() {
        refused(
                "train.dl4j-shared.network-mask = \"10.0.0.7\"",
                "flowers.conf:6: train.dl4j-shared.network-mask is \"10.0.0.7\", must be empty, or of the form 10.0.0.0/16");
        refused(
                "train.dl4j-shared.residual-clip = 0.5",
                "flowers.conf:6: train.dl4j-shared.residual-clip is 0.5, must be 0, or at least 1.0 threshold");
        refused(
                "train.dl4j-shared.chunk-bytes = 100000",
                "flowers.conf:6: train.dl4j-shared.chunk-bytes is 100000, must be from 1024 to 65536");
        refused(
                "train.dl4j-shared.buffer-bytes = 1000",
                "flowers.conf:6: train.dl4j-shared.buffer-bytes is 1000, must be at least chunk-bytes, 65536");
        refused(
                "train.dl4j-shared { threshold = target, least-share = 0.1, most-share = 0.2 }",
                "flowers.conf:6: train.dl4j-shared.least-share is 0.1, must be below 0.0625 where the threshold is chosen by target");
    }

    @Test
    void listOfOtherThingsIsRefused() {
        refused(
                "tokenizer.multipliers = [1, 1.5]",
                "flowers.conf:6: tokenizer.multipliers is [1,1.5], must be a list of whole numbers");
        refused("train.betas = 0.9", "flowers.conf:6: train.betas is 0.9, must be a list of numbers");
    }

    @Test
    void sectionAndValueAreNotConfused() {
        refused("train = 5", "flowers.conf:6: train is 5, must be a section { … }");
        refused("train.steps { a = 1 }", "flowers.conf:6: train.steps is a section, must be a whole number");
        refused("encode.batch = null", "flowers.conf:6: encode.batch is null, must be a whole number");
    }

    @Test
    void valueOutOfRangeIsRefusedWithTheRange() {
        refused("model.encoder-depth = 0", "flowers.conf:6: model.encoder-depth is 0, must be at least 1");
        refused("model.dropout = 1.0", "flowers.conf:6: model.dropout is 1.0, must be at least 0.0 and below 1.0");
        refused("train.ema.rate = 2.0", "flowers.conf:6: train.ema.rate is 2.0, must be at least 0.0 and below 1.0");
        refused("model.heads = 7", "flowers.conf:6: model.heads is 7, must be a divisor of the width, 768");
        refused("train.learning-rate = 0", "flowers.conf:6: train.learning-rate is 0.0, must be greater than 0");
        refused(
                "sample.diffusion-steps = dpm20",
                "flowers.conf:6: sample.diffusion-steps is \"dpm20\", must be a number such as \"100\", "
                        + "sections such as \"10,20,70\" or strides such as \"ddim50\"");
    }

    @Test
    void sectionsThatDoNotFitEachOtherAreRefused() {
        refused(
                "data.image-size = 250",
                "flowers.conf:6: data.image-size is 250, must be a multiple of 16, the tokenizer's stride");
        refused(
                "model.patch = 3",
                "flowers.conf:6: model.patch is 3, must be a divisor of 16, the side of the latent image");
        refused(
                "sample.iterations = 257",
                "flowers.conf:6: sample.iterations is 257, must be at most 256, the number of tokens");
        refused(
                "sample.labels = [102]",
                "flowers.conf:6: sample.labels is [102], must be numbers below 102, the number of classes");
        refused(
                "tokenizer.attention-resolutions = [20]",
                "flowers.conf:6: tokenizer.attention-resolutions is [20], must be some of [256, 128, 64, 32, 16]");
        refused(
                "tokenizer.decoder-attention = [8]",
                "flowers.conf:6: tokenizer.decoder-attention is [8], must be some of [256, 128, 64, 32, 16]");
    }

    @Test
    void sizesWhoseProductsNoArrayHoldsAreRefusedByKey() {
        refused(
                "model.buffer = 2147483647",
                "flowers.conf:6: model.buffer is too large: with model.width (768) it makes an array of more than 2,147,483,647 numbers");
        refused(
                "model.width = 1200000",
                "flowers.conf:6: model.width is too large: with model.mlp-ratio (4) it makes an array of more than 2,147,483,647 numbers");
        refused(
                "train { global-batch = 2000000, largest-batch = 2000000 }",
                "flowers.conf:6: train.largest-batch is too large: with model.buffer and tokens (320) and model.mlp-ratio (4) it makes an array of more than 2,147,483,647 numbers");
    }

    @Test
    void nameThatIsNoFolderNameIsRefused() {
        assertThatThrownBy(() -> parse(SMALLEST + "name = \"a/b\""))
                .hasMessage("flowers.conf:6: name is \"a/b\", must be letters, digits, '.', '_' and '-' only");
    }

    @Test
    void allProblemsAreToldAtOnce() {
        assertThatThrownBy(() -> parse(SMALLEST + "train.stepz = 1\nmodel.width = x\nmodel.heads = 0"))
                .isInstanceOfSatisfying(
                        RecipeException.class,
                        e -> assertThat(e.problems())
                                .containsExactly(
                                        "flowers.conf:7: model.width is \"x\", must be a whole number",
                                        "flowers.conf:6: unknown key train.stepz; did you mean train.steps?"));
    }

    @Test
    void syntaxErrorNamesItsLine() {
        assertThatThrownBy(() -> parse(SMALLEST + "train { steps = ]"))
                .isInstanceOf(RecipeException.class)
                .hasMessageStartingWith("flowers.conf:6: ");
    }

    @Test
    void substitutionOfNothingNamesItsLine() {
        assertThatThrownBy(() -> parse(SMALLEST + "out = ${nowhere-at-all}"))
                .isInstanceOf(RecipeException.class)
                .hasMessageStartingWith("flowers.conf:6: ")
                .hasMessageContaining("nowhere-at-all");
    }

    @Test
    void settingsAreCheckedLikeTheFile() {
        refusedSetting("train.stepz", "1", "command line: unknown key train.stepz; did you mean train.steps?");
        refusedSetting("train.steps", "1.5", "command line: train.steps is 1.5, must be a whole number");
        refusedSetting("train.steps", "", "command line: train.steps is \"\", must be a whole number");
        refusedSetting("train.steps", "{", "command line: train.steps is \"{\", must be a whole number");
        refusedSetting("train.steps", "0", "command line: train.steps is 0, must be at least 1");
        refusedSetting("train", "1", "command line: train is a section; set its keys, such as train.global-batch");
        refusedSetting("zzzzz", "1", "command line: unknown key zzzzz; ./mar help JOB lists the keys of a job");
    }

    @Test
    void fileThatIsNotThereIsNamedWithItsNeighbour() throws IOException {
        Path flowers = Files.writeString(folder.resolve("flowers.conf"), SMALLEST);
        assertThatThrownBy(() -> Recipes.read(folder.resolve("flower.conf"), Map.of()))
                .isInstanceOf(RecipeException.class)
                .hasMessage("recipe %s does not exist; did you mean %s?", folder.resolve("flower.conf"), flowers);
        assertThatThrownBy(() -> Recipes.read(folder, Map.of()))
                .hasMessage(folder + " is a folder, a recipe file was expected");
    }

    @Test
    void everyKeyIsDescribed() {
        assertThat(Key.all())
                .allSatisfy(key -> assertThat(key.description())
                        .as(key.path())
                        .isNotBlank()
                        .doesNotEndWith("."));
    }

    private static Recipe parse(String text) {
        return Recipes.parse(text, "flowers.conf", Map.of());
    }

    private static void refused(String line, String message) {
        assertThatThrownBy(() -> parse(SMALLEST + line))
                .isInstanceOf(RecipeException.class)
                .hasMessage(message);
    }

    private static void refusedSetting(String key, String value, String message) {
        assertThatThrownBy(() -> Recipes.parse(SMALLEST, "flowers.conf", Map.of(key, value)))
                .isInstanceOf(RecipeException.class)
                .hasMessage(message);
    }
}
