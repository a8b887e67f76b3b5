package io.github.marspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.image.PngFile;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A comparison of networks that have hardly learned anything, with all its jobs. */
@Timeout(300)
class CompareCommandTest {
    private static final int CLASSES = 3;
    private static final String RECIPE = """
            name = tiny
            data { image-size = 16, classes = 3, mirror = none, validation-share = 0.1 }
            tokenizer { width = 8, multipliers = [1, 2], residual-blocks = 1, attention-resolutions = []
                        latent-channels = 4, groups = 4, batch = 4, steps = 3, warmup-steps = 1 }
            model { patch = 2, width = 16, encoder-depth = 1, decoder-depth = 1, heads = 2, buffer = 2
                    head { width = 16, depth = 1 } }
            train { global-batch = 8, steps = 3, warmup-steps = 1, validation { share = 0.1, every-steps = 3 } }
            sample { iterations = 4, diffusion-steps = ddim5, guidance = 2.0 }
            classifier { width = 8, steps = 2 }
            compare { per-class = 2, codes = 8, latent-channels = 3 }
            """;

    @TempDir
    Path folder;

    @Test
    void rowsAreMadeOnceAndStayWhenOthersAreAdded() throws IOException {
        Path images = Files.createDirectories(folder.resolve("images"));
        for (int label = 0; label < CLASSES; label++) {
            Path kind = Files.createDirectories(images.resolve("kind-" + label));
            for (int number = 0; number < 10; number++) {
                Files.write(kind.resolve(number + ".png"), picture(label, number));
            }
        }
        Path recipe = Files.writeString(folder.resolve("tiny.conf"), RECIPE);
        List<String> words = List.of(recipe.toString(), "out=" + folder.resolve("out"), "images=" + images);
        String first = compare(words, "compare.rows=[7]");
        assertThat(first).contains("==== row 7: random bidirectional, sets, cross-entropy");
        assertThat(done(first)).containsExactly(7);
        Map<String, FileTime> before = times();
        int height = sheetHeight();
        String both = compare(words, "compare.rows=[7, 8]");
        assertThat(both)
                .contains(
                        "row 7, random bidirectional, sets, cross-entropy, is there already",
                        "==== row 8: random bidirectional, sets, diffusion");
        assertThat(done(both)).containsExactly(7, 8);
        assertThat(times()).containsAllEntriesOf(before);
        Path table = folder.resolve("out/compare.md");
        assertThat(both).contains(Files.readString(table));
        assertThat(sheetHeight()).isGreaterThanOrEqualTo(height + 16);
        String again = compare(words, "compare.rows=[8]");
        assertThat(again).doesNotContain("====").contains(Files.readString(table));
        String complete = Files.readString(table);
        Files.delete(folder.resolve("out/tokenizer-vq.json"));
        assertThat(compare(words, "compare.rows=[8]")).doesNotContain("====").contains(complete);
        Path result = folder.resolve("out/rows/row-7.json");
        Files.writeString(result, Files.readString(result).substring(0, 100));
        assertThatThrownBy(() -> compare(words, "compare.rows=[8]"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching(
                        "(?s).*/out/rows/row-7.json is no result of a row: [^\\n]*; delete it to have the row judged again");
    }

    private int sheetHeight() throws IOException {
        return ImageIO.read(folder.resolve("out/compare.png").toFile()).getHeight();
    }

    private static String compare(List<String> words, String rows) {
        List<String> all = new ArrayList<>(words);
        all.add(rows);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        new CompareCommand(new CompareCommand.Jobs(
                        new TrainTokenizerCommand(),
                        new EncodeCommand(),
                        new TrainCommand(),
                        new SampleCommand(),
                        new TrainClassifierCommand(),
                        new EvaluateCommand()))
                .run(all, new PrintStream(said, true, StandardCharsets.UTF_8));
        return said.toString(StandardCharsets.UTF_8);
    }

    /** The rows of the table that have numbers. */
    private static List<Integer> done(String said) {
        return said.lines()
                .filter(line -> line.matches("\\| \\d \\|.*%.*"))
                .map(line -> line.charAt(2) - '0')
                .toList();
    }

    /** When what belongs to row 7 alone was written. */
    private Map<String, FileTime> times() throws IOException {
        Map<String, FileTime> times = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder.resolve("out"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(file).toString();
                if (name.contains("cross-entropy") || name.contains("-vq") || name.contains("row-7")) {
                    times.put(name, Files.getLastModifiedTime(file));
                }
            }
        }
        return times;
    }

    private static byte[] picture(int label, int number) {
        BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(new Color(60 * label + 10 * number, 200 - 15 * number, 40 + 80 * label));
        graphics.fillRect(label * 4, number, 8, 6);
        graphics.dispose();
        return PngFile.bytes(image);
    }
}
