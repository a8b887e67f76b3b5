package io.github.marspark.jobs.edit;

import io.github.marspark.data.image.PngFile;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.sample.TinyDrawing;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/**
 * A picture {@code fox.png} of 8 pixels a side, which the network sees as 16 tokens of 2 x 2 pixels, and a mask {@code
 * right.png} of its three columns at the right.
 *
 * @param folder of both files, and of what is written
 */
record TinyEdit(Path folder) {
    static final int SIDE = 8;
    static final RgbImage PICTURE = noise(SIDE, SIDE);

    /** Writes the two. */
    static TinyEdit in(Path folder) {
        TinyEdit tiny = new TinyEdit(folder);
        tiny.write("fox.png", PICTURE);
        tiny.write("right.png", mask(SIDE, SIDE, TinyEdit::isRight));
        return tiny;
    }

    static RgbImage noise(int width, int height) {
        byte[] samples = new byte[width * height * RgbImage.CHANNELS];
        new Random(width).nextBytes(samples);
        return new RgbImage(width, height, samples);
    }

    /** White at some of the pixels, which are numbered row by row. */
    static RgbImage mask(int width, int height, IntPredicate white) {
        byte[] levels = new byte[width * height];
        for (int pixel = 0; pixel < levels.length; pixel++) {
            levels[pixel] = (byte) (white.test(pixel) ? 255 : 0);
        }
        return RgbImage.ofGrey(width, height, levels);
    }

    /** Whether the mask is white at a pixel. */
    static boolean isRight(int pixel) {
        return pixel % SIDE >= 5;
    }

    void write(String name, RgbImage image) {
        PngFile.write(image, folder.resolve(name));
    }

    String path(String name) {
        return folder.resolve(name).toString();
    }

    /** Settings of a recipe, of which the last counts. */
    String[] settings(String... more) {
        return Stream.concat(Stream.of("edit.image=" + path("fox.png"), "edit.label=1"), Arrays.stream(more))
                .toArray(String[]::new);
    }

    /** A network, and a recipe that edits the picture without a mask. */
    Recipe prepared(String... more) {
        return TinyDrawing.prepared(folder.resolve("out"), settings(more));
    }

    /** Likewise with the mask. */
    Recipe masked(String... more) {
        return prepared(Stream.concat(Stream.of("edit.mask=" + path("right.png")), Arrays.stream(more))
                .toArray(String[]::new));
    }

    /** Where the picture's variants are. */
    Path edits() {
        return folder.resolve("out/edits/fox");
    }

    /** Edits, and returns what a person reads. */
    static String edit(Recipe recipe) {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        new EditJob(recipe, new PrintStream(told, true, StandardCharsets.UTF_8)).run();
        return told.toString(StandardCharsets.UTF_8);
    }
}
