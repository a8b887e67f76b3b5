package io.github.marspark.jobs.edit;

import static io.github.marspark.jobs.edit.TinyEdit.PICTURE;
import static io.github.marspark.jobs.edit.TinyEdit.SIDE;
import static io.github.marspark.jobs.edit.TinyEdit.edit;
import static io.github.marspark.jobs.edit.TinyEdit.mask;
import static io.github.marspark.jobs.edit.TinyEdit.noise;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeException;
import io.github.marspark.jobs.training.TinyTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told where a picture cannot be edited. */
@Timeout(240)
class EditRefusalTest {
    @TempDir
    Path folder;

    private TinyEdit tiny = new TinyEdit(Path.of(""));

    @BeforeEach
    void writePictureAndMask() {
        tiny = TinyEdit.in(folder);
    }

    private void refused(Recipe recipe, String sentence) {
        assertThatThrownBy(() -> edit(recipe))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(sentence.replace("DIR", folder.toString()));
        assertThat(folder.resolve("out/edits")).doesNotExist();
    }

    @Test
    void maskThatHidesNothingOrEverythingIsTold() {
        tiny.write("right.png", mask(SIDE, SIDE, pixel -> false));
        refused(
                tiny.masked(),
                "edit.mask DIR/right.png hides nothing of the canvas, so that nothing would be drawn; paint white what is to be drawn anew");
        tiny.write("right.png", mask(SIDE, SIDE, pixel -> pixel % 2 == 0));
        refused(
                tiny.masked(),
                "edit.mask DIR/right.png hides everything: in each of the 4 x 4 tokens, cells of 2 x 2 pixels, is a pixel to be drawn anew, so that no token of the picture would be kept; leave one whole, or draw from nothing with ./mar sample");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[0, 0] | edit.offset=[0, 0] hides nothing of the canvas, so that nothing would be drawn; choose a place where the picture does not cover it",
                "[7, 0] | edit.offset=[7, 0] hides everything: in each of the 4 x 4 tokens, cells of 2 x 2 pixels, is a pixel to be drawn anew, so that no token of the picture would be kept; leave one whole, or draw from nothing with ./mar sample",
                "[8, 0] | edit.offset is [8, 0], where nothing of the picture of 8 x 8 pixels lies on the canvas of 8 x 8; choose a column from -7 to 7 and a row from -7 to 7",
                "[0, -8] | edit.offset is [0, -8], where nothing of the picture of 8 x 8 pixels lies on the canvas of 8 x 8; choose a column from -7 to 7 and a row from -7 to 7",
            })
    void offsetThatLeavesNothingToDrawOrToKeepIsTold(String offset, String sentence) {
        refused(tiny.prepared("edit.offset=" + offset), sentence);
    }

    @Test
    void neitherMaskNorOffsetIsTold() {
        refused(
                tiny.prepared(),
                "neither edit.mask nor edit.offset says what is drawn; give a mask that is white there, or the place of the picture on the canvas, around which it is");
    }

    @Test
    void sizesThatDoNotFitAreTold() {
        tiny.write("right.png", mask(9, 8, pixel -> true));
        refused(tiny.masked(), "edit.mask DIR/right.png has 9 x 8 pixels, must have the 8 x 8 of the picture");
        tiny.write("fox.png", noise(24, 16));
        refused(
                tiny.masked("edit.fit=crop"),
                "edit.mask DIR/right.png has 9 x 8 pixels, must have the 8 x 8 of the picture as it is cut");
        refused(
                tiny.masked(),
                "edit.image DIR/fox.png has 24 x 16 pixels, must have the 8 x 8 of the network's images; set edit.fit=crop to cut it as encode does, or edit.offset=[column, row] to lay it on a canvas of that size");
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 128, 223})
    void greysAreTold(int level) {
        byte[] levels = new byte[SIDE * SIDE];
        levels[11] = (byte) level;
        tiny.write("right.png", RgbImage.ofGrey(SIDE, SIDE, levels));
        refused(
                tiny.masked(),
                "edit.mask DIR/right.png is neither black nor white in column 3 of row 1: red, green and blue are %d, %1$d and %1$d; paint white what is to be drawn anew and black what is kept, without soft edges"
                        .formatted(level));
    }

    @Test
    void coloursAreToldAndWhatJpegMakesOfBlackAndWhiteIsTaken() {
        byte[] samples = new byte[SIDE * SIDE * RgbImage.CHANNELS];
        samples[0] = (byte) 255;
        tiny.write("right.png", new RgbImage(SIDE, SIDE, samples));
        refused(
                tiny.masked(),
                "edit.mask DIR/right.png is neither black nor white in column 0 of row 0: red, green and blue are 255, 0 and 0; paint white what is to be drawn anew and black what is kept, without soft edges");
        RgbImage nearly = RgbImage.ofGrey(2, 1, new byte[] {31, (byte) 224});
        assertThat(EditMask.white(nearly, "nearly.png")).containsExactly(false, true);
    }

    @Test
    void filesThatAreNoImagesAreTold() throws IOException {
        Files.writeString(folder.resolve("fox.png"), "no image");
        assertThatThrownBy(() -> edit(tiny.masked()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("edit.image %s ", folder.resolve("fox.png"))
                .hasMessageEndingWith("; give an image as JPEG, PNG, WebP, GIF, TIFF or BMP");
        Files.delete(folder.resolve("fox.png"));
        assertThatThrownBy(() -> edit(tiny.masked()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("edit.image %s cannot be read: ", folder.resolve("fox.png"))
                .hasMessageEndingWith("; name a file of an image");
        tiny.write("fox.png", PICTURE);
        Files.delete(folder.resolve("right.png"));
        assertThatThrownBy(() -> edit(tiny.masked()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("edit.mask %s cannot be read: ", folder.resolve("right.png"));
    }

    @Test
    void networksThatCannotKeepTokensAreRefusedByName() {
        refused(
                tiny.masked("model.attention=causal", "model.order=raster", "sample.iterations=16"),
                "model.attention is causal with raster order, must be bidirectional to edit a picture: a causal network draws each token after those of its order, and none beside others");
        refused(
                tiny.masked("model.label-drop=0", "sample.guidance=1", "edit.label=-1"),
                "edit.label is -1, must be a class from 0 to 2 where model.label-drop is 0: the network does not learn to do without");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "edit.label=3 | edit.label is 3, must be below 3, the number of classes",
                "data.labels=none | edit.label is 1, must be -1 where data.labels is none: the network knows no classes",
                "edit.offset=[1] | edit.offset is [1], must be [column, row] or empty",
                "edit.variants=0 | edit.variants is 0, must be from 1 to 1000",
            })
    void recipesThatMakeNoSenseAreRefused(String setting, String sentence) {
        String[] settings = tiny.settings(setting);
        assertThatThrownBy(() -> TinyTraining.recipe(folder, settings))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void aPictureIsEitherCutOrPlaced() {
        String[] settings = tiny.settings("edit.offset=[1, 1]", "edit.fit=crop");
        assertThatThrownBy(() -> TinyTraining.recipe(folder, settings))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("edit.fit is crop, must be exact where edit.offset places the picture");
    }
}
