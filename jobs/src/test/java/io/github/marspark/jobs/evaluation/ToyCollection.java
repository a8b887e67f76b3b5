package io.github.marspark.jobs.evaluation;

import io.github.marspark.data.image.PngFile;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.images.TarFile;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** Images of two classes, dark and light, of 8 × 8 pixels with noise, laid out in every form. */
final class ToyCollection {
    static final int SIDE = 8;

    private static final String RECIPE = """
            name = toy
            seed = 3
            data { image-size = 8, classes = 2, mirror = none, validation-share = 0.1 }
            tokenizer {
              width = 8, multipliers = [1, 1], residual-blocks = 1, attention-resolutions = [], latent-channels = 2
              groups = 4, learning-rate = 1e-3, batch = 4, steps = 3
            }
            model { patch = 2, width = 16, encoder-depth = 1, decoder-depth = 1, heads = 2, buffer = 2 }
            sample.iterations = 2
            classifier { width = 8, steps = 10 }
            """;

    private ToyCollection() {}

    static Recipe recipe(Path folder, String... settings) {
        Map<String, String> overrides = new HashMap<>();
        overrides.put("out", folder.resolve("out").toString());
        overrides.put("images", folder.resolve("images").toString());
        for (String setting : settings) {
            overrides.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        return Recipes.parse(RECIPE, "toy", overrides);
    }

    /** The grey levels of an image; even numbers are dark. */
    static byte[] levels(int number, int brightness) {
        byte[] levels = new byte[SIDE * SIDE];
        Random random = new Random(number);
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) (brightness + (number % 2) * 100 + random.nextInt(60));
        }
        return levels;
    }

    static byte[] png(int number, int brightness) {
        return PngFile.bytes(
                RgbImage.ofGrey(SIDE, SIDE, levels(number, brightness)).toBufferedImage());
    }

    static String className(int number) {
        return number % 2 == 0 ? "dark" : "light";
    }

    /** Writes images into class folders. */
    static Path folders(Path folder, int first, int count, int brightness) {
        for (int i = first; i < first + count; i++) {
            write(folder.resolve(className(i)).resolve("%05d.png".formatted(i)), png(i, brightness));
        }
        return folder;
    }

    /** Writes images into a tar file, with a number of their class beside each. */
    static Path tar(Path file, int count, int brightness) {
        TarFile tar = new TarFile();
        for (int i = 0; i < count; i++) {
            tar.add("%05d.png".formatted(i), png(i, brightness));
            tar.add("%05d.cls".formatted(i), Integer.toString(i % 2));
        }
        write(file, tar.bytes());
        return file;
    }

    /** Writes the two files of the MNIST family into a folder. */
    static Path idx(Path folder, int count, int brightness) {
        ByteBuffer images = ByteBuffer.allocate(16 + count * SIDE * SIDE);
        images.putInt(0x803).putInt(count).putInt(SIDE).putInt(SIDE);
        ByteBuffer labels = ByteBuffer.allocate(8 + count);
        labels.putInt(0x801).putInt(count);
        for (int i = 0; i < count; i++) {
            images.put(levels(i, brightness));
            labels.put((byte) (i % 2));
        }
        write(folder.resolve("toy-images-idx3-ubyte"), images.array());
        write(folder.resolve("toy-labels-idx1-ubyte"), labels.array());
        return folder;
    }

    static void write(Path file, byte[] bytes) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
