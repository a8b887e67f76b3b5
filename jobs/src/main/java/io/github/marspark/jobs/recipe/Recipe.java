package io.github.marspark.jobs.recipe;

import io.github.marspark.model.mar.Design.Attention;
import io.github.marspark.model.mar.Design.TokenLoss;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;

/**
 * What to train, on what, and where its files lie. It never says where the computation runs.
 *
 * <p>A key that a recipe leaves out has the article's value for MAR-B on ImageNet at 256 pixels.
 *
 * @param name of the recipe, and of the folder its files are written to
 * @param seed of all randomness
 * @param images path or address of the images, empty when a job needs none
 * @param out folder of everything written
 * @param tokenizerFolder folder of the trained tokenizer
 * @param classifierFolder folder of the trained classifier
 * @param latents folder of the encoded images
 * @param checkpoints folder of the training's checkpoints
 * @param samples folder of the images drawn
 * @param data the images
 * @param tokenizer the autoencoder
 * @param encode how latents are written
 * @param model the network
 * @param train how it is trained
 * @param tensorboard what TensorBoard is shown of it
 * @param sample how it draws
 * @param edit how it edits a picture
 * @param classifier what judges images
 * @param evaluate how images are judged
 * @param compare how the article's systems are compared
 */
public record Recipe(
        @Describe("name of the recipe, and of the folder its files are written to")
        String name,

        @Describe(value = "seed of all randomness", byDefault = "1")
        long seed,

        @Describe(value = "where the images are: a path or an address", byDefault = "\"\"")
        String images,

        @Describe(value = "folder of everything that is written", byDefault = "out/${name}")
        String out,

        @Describe(value = "folder of the trained tokenizer", byDefault = "${out}/tokenizer")
        String tokenizerFolder,

        @Describe(value = "folder of the trained classifier", byDefault = "${out}/classifier")
        String classifierFolder,

        @Describe(value = "folder of the encoded images", byDefault = "${out}/latents")
        String latents,

        @Describe(value = "folder of the checkpoints", byDefault = "${out}/checkpoints")
        String checkpoints,

        @Describe(value = "folder of the images drawn", byDefault = "${out}/samples")
        String samples,

        @Describe("the images") DataRecipe data,

        @Describe("the autoencoder between images and latents")
        TokenizerRecipe tokenizer,

        @Describe("how latents are written") EncodeRecipe encode,
        @Describe("the network") ModelRecipe model,
        @Describe("how the network is trained") TrainRecipe train,
        @Describe("what TensorBoard is shown of a training") TensorboardRecipe tensorboard,

        @Describe("how the network draws") SampleRecipe sample,
        @Describe("how a picture is edited") EditRecipe edit,
        @Describe("the classifier that judges images") ClassifierRecipe classifier,
        @Describe("how images are judged") EvaluateRecipe evaluate,
        @Describe("how the article's systems are compared") CompareRecipe compare) {
    /** Checks what concerns more than one section. */
    public Recipe {
        Require.text("name", name);
        Require.that(name.matches("[\\w.-]+"), "name", '"' + name + '"', "letters, digits, '.', '_' and '-' only");
        Require.text("out", out);
        Require.text("tokenizer-folder", tokenizerFolder);
        Require.text("classifier-folder", classifierFolder);
        Require.text("latents", latents);
        Require.text("checkpoints", checkpoints);
        Require.text("samples", samples);
        Require.multiple("data.image-size", data.imageSize(), tokenizer.stride(), "the tokenizer's stride");
        checkSides(data, tokenizer, "tokenizer.attention-resolutions", tokenizer.attentionResolutions());
        checkSides(data, tokenizer, "tokenizer.decoder-attention", tokenizer.decoderAttention());
        int latentSide = data.imageSize() / tokenizer.stride();
        Require.that(
                latentSide % model.patch() == 0,
                "model.patch",
                model.patch(),
                "a divisor of %d, the side of the latent image".formatted(latentSide));
        Require.that(
                model.loss() == TokenLoss.DIFFUSION || tokenizer.codes() > 0,
                "model.loss",
                "cross-entropy",
                "diffusion for a tokenizer without codes; see tokenizer.kind");
        checkSampling(sample, data.classes(), square(latentSide / model.patch()));
        checkEditing(edit, data);
        checkDesign(sample, model, square(latentSide / model.patch()));
        train.preview().require(data.classes(), square(latentSide / model.patch()), model.attention());
        RecipeSizes.require(data, tokenizer, model, train, square(latentSide / model.patch()));
    }

    /**
     * The same recipe with other addresses of its files.
     *
     * @param address of a key and what the recipe says there, the new one
     * @return nothing else differs
     */
    public Recipe located(BinaryOperator<String> address) {
        return new Recipe(
                name,
                seed,
                address.apply("images", images),
                address.apply("out", out),
                address.apply("tokenizer-folder", tokenizerFolder),
                address.apply("classifier-folder", classifierFolder),
                address.apply("latents", latents),
                address.apply("checkpoints", checkpoints),
                address.apply("samples", samples),
                data,
                tokenizer,
                encode,
                model,
                train,
                tensorboard.located(address),
                sample,
                edit.located(address),
                classifier,
                evaluate.located(address),
                compare);
    }

    private static void checkSides(DataRecipe data, TokenizerRecipe tokenizer, String key, List<Integer> attention) {
        List<Integer> sides = IntStream.range(0, tokenizer.multipliers().size())
                .mapToObj(level -> data.imageSize() >> level)
                .toList();
        Require.that(sides.containsAll(attention), key, attention, "some of " + sides);
    }

    private static void checkSampling(SampleRecipe sample, int classes, int tokens) {
        Require.that(
                sample.labels().stream().allMatch(label -> label < classes),
                "sample.labels",
                sample.labels(),
                "numbers below %d, the number of classes".formatted(classes));
        Require.that(
                sample.iterations() <= tokens,
                "sample.iterations",
                sample.iterations(),
                "at most %d, the number of tokens".formatted(tokens));
    }

    private static void checkEditing(EditRecipe edit, DataRecipe data) {
        Require.that(
                edit.label() < data.classes(),
                "edit.label",
                edit.label(),
                "below %d, the number of classes".formatted(data.classes()));
        Require.that(
                edit.label() < 0 || data.labels() != LabelUse.NONE,
                "edit.label",
                edit.label(),
                "-1 where data.labels is none: the network knows no classes");
    }

    private static void checkDesign(SampleRecipe sample, ModelRecipe model, int tokens) {
        Require.that(
                model.attention() == Attention.BIDIRECTIONAL || sample.iterations() == tokens,
                "sample.iterations",
                sample.iterations(),
                "%d, the number of tokens, for causal attention, which draws one after another".formatted(tokens));
        Require.that(
                sample.guidance() == 1 || model.labelDrop() > 0,
                "sample.guidance",
                sample.guidance(),
                "1 where model.label-drop is 0: the network does not learn to do without labels");
    }

    private static int square(int side) {
        return side * side;
    }

    /**
     * The number of tokens an image is cut into.
     *
     * @return {@code L}, the square of the tokens along a side
     */
    public int tokens() {
        return square(tokensAlongASide());
    }

    /**
     * The number of tokens along a side of an image.
     *
     * @return the root of {@code L}
     */
    public int tokensAlongASide() {
        return data.imageSize() / tokenizer.stride() / model.patch();
    }

    /**
     * The numbers in a token.
     *
     * @return {@code D}
     */
    public int tokenSize() {
        return tokenizer.latentChannels() * square(model.patch());
    }
}
