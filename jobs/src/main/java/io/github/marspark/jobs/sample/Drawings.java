package io.github.marspark.jobs.sample;

import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.MadeFolder;
import io.github.marspark.jobs.files.Product;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The drawings of a recipe, each in a folder of its own within one: {@code step-00000064} is of that step's network, {@code
 * step-00000064-2} of the same by other settings. Driver only.
 */
public final class Drawings {
    private static final Pattern NAME = Pattern.compile("step-(\\d{8,18})(?:-(\\d{1,9}))?");

    private final FileStore folder;

    /**
     * Those in a folder, which need not exist.
     *
     * @param address of the folder
     */
    public Drawings(String address) {
        this.folder = FileStore.at(address);
    }

    /**
     * The drawing of a step: the one that holds or may hold these images.
     *
     * @param step of the network
     * @param at gives the folder at an address
     * @throws IllegalStateException if other data lie among the drawings
     */
    DrawnFolder of(long step, Function<String, DrawnFolder> at) {
        MadeFolder.requireNothingElse(
                folder, Product.SAMPLES, name -> NAME.matcher(name).matches());
        return IntStream.iterate(1, number -> number + 1)
                .mapToObj(number -> at.apply(folder.path(name(step, number)).toString()))
                .filter(drawn -> !drawn.isOfAnother())
                .findFirst()
                .orElseThrow();
    }

    private static String name(long step, int number) {
        return number == 1 ? "step-%08d".formatted(step) : "step-%08d-%d".formatted(step, number);
    }

    /**
     * The newest: of the latest step the one that was begun last.
     *
     * @return its address; nothing if there are no drawings
     */
    public Optional<String> newest() {
        return folder.names().stream()
                .map(NAME::matcher)
                .filter(Matcher::matches)
                .max(Comparator.<Matcher>comparingLong(name -> Long.parseLong(name.group(1)))
                        .thenComparingInt(name -> name.group(2) == null ? 1 : Integer.parseInt(name.group(2))))
                .map(name -> folder.path(name.group()).toString());
    }
}
