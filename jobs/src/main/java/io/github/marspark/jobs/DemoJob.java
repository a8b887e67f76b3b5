package io.github.marspark.jobs;

import io.github.marspark.data.idx.FashionMnist;
import io.github.marspark.jobs.recipe.Recipe;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** All jobs in a row on the images that come with the project. */
final class DemoJob implements RecipeCommand {
    private static final String OUT = "out/demo";
    private static final Path RECIPE = Path.of("recipes", "fashion-mnist.conf");

    private final List<RecipeCommand> jobs;

    /** The demo of these jobs, in this order. */
    DemoJob(List<RecipeCommand> jobs) {
        this.jobs = jobs;
    }

    @Override
    public String name() {
        return "demo";
    }

    @Override
    public String summary() {
        return "trains a small network on Fashion-MNIST and draws with it, all jobs in a row";
    }

    @Override
    public List<String> keys() {
        return List.of("out", "images", "data", "tokenizer", "encode", "model", "train", "sample");
    }

    @Override
    public Optional<Path> ownRecipe() {
        return Optional.of(RECIPE);
    }

    /** Writes to a folder of its own unless told otherwise. */
    @Override
    public void run(List<String> arguments, PrintStream out) {
        List<String> complete = new ArrayList<>(arguments);
        String folder = arguments.stream()
                .filter(argument -> argument.startsWith("out="))
                .map(argument -> argument.substring("out=".length()))
                .findFirst()
                .orElse(OUT);
        if (folder.equals(OUT)) {
            complete.add("out=" + OUT);
        }
        if (arguments.stream().noneMatch(argument -> argument.startsWith("images="))) {
            complete.add("images=" + Path.of(folder, "images"));
        }
        RecipeCommand.super.run(complete, out);
    }

    @Override
    public void run(Recipe recipe, Set<String> options, PrintStream out) {
        long start = System.nanoTime();
        Path images = Path.of(recipe.images());
        boolean written = FashionMnist.writeInto(images);
        out.printf("%s %s: 10,000 images in class folders%n", images, written ? "written" : "is there already");
        for (RecipeCommand job : jobs) {
            out.printf("%n== %s: it %s%n", job.name(), job.summary());
            job.run(recipe, Set.of(), out);
        }
        Path sheet = copy(Path.of(recipe.samples(), "samples.png"), Path.of(recipe.out(), "samples.png"));
        Path curve = copy(Path.of(recipe.checkpoints(), "loss.png"), Path.of(recipe.out(), "loss.png"));
        out.printf("%nThe demo took %.0f s. Look at %s and at %s.%n", (System.nanoTime() - start) / 1e9, sheet, curve);
        tellWhatIsNext(recipe, out);
    }

    private static void tellWhatIsNext(Recipe recipe, PrintStream out) {
        out.println("What to run next:");
        out.printf(
                "  ./mar sample %s out=%s samples=%s/trousers sample.labels=[1] sample.seed=2%n",
                RECIPE, recipe.out(), recipe.out());
        out.printf(
                "  ./mar train %s out=%s train.steps=%d   (goes on where the demo stopped)%n",
                RECIPE, recipe.out(), 4 * recipe.train().steps());
        out.println("  ./mar help train   (every key of a recipe; README.md tells how to train on your own images)");
    }

    private static Path copy(Path from, Path to) {
        try {
            return Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(from + " cannot be copied to " + to + ": " + e.getMessage(), e);
        }
    }
}
