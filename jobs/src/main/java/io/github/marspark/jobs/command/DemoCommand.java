package io.github.marspark.jobs.command;

import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.sample.Drawings;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All jobs in a row on the images that come with the project. */
public final class DemoCommand implements RecipeCommand {
    private static final String OUT = "out/demo";
    private static final Path RECIPE = Path.of("recipes", "fashion-mnist.conf");
    private static final String SHEET = "samples.png";
    private static final String CURVE = "loss.png";

    private static final String JUDGED = "judged";
    private static final int JUDGED_PER_CLASS = 100;

    private final List<RecipeCommand> jobs;
    private final List<RecipeCommand> judging;

    /**
     * The demo of these jobs, in this order.
     *
     * @param jobs that train and draw
     * @param judging jobs that then draw more images than a sheet shows, and judge them
     */
    public DemoCommand(List<RecipeCommand> jobs, List<RecipeCommand> judging) {
        this.jobs = jobs;
        this.judging = judging;
    }

    @Override
    public String name() {
        return "demo";
    }

    @Override
    public String summary() {
        return "trains a small network on Fashion-MNIST, draws with it and judges what it drew, all jobs in a row";
    }

    @Override
    public List<String> keys() {
        return List.of(
                "out", "images", "data", "tokenizer", "encode", "model", "train", "sample", "classifier", "evaluate");
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
        RecipeArguments parsed = RecipeArguments.parse(this, complete);
        run(parsed.recipe(), parsed.options(), out);
        tellWhatIsNext(parsed, out);
    }

    @Override
    public void run(Recipe recipe, Set<String> options, PrintStream out) {
        Lease.during(FileStore.at(recipe.out()), Product.EVERYTHING, name(), out, lease -> run(recipe, out));
    }

    /** Returns how many seconds it took. */
    private double run(Recipe recipe, PrintStream out) {
        long start = System.nanoTime();
        FileStore images = FileStore.at(recipe.images());
        ShippedImages.layOut(
                images,
                "the demo lays its images out on this machine's own disks, but images is %s; give images=file:///FOLDER"
                        .formatted(images.path()),
                out);
        run(jobs, recipe, out);
        run(judging, judged(recipe), out);
        copy(SHEET, new Drawings(recipe.samples()).newest().orElse(recipe.samples()), recipe.out());
        copy(CURVE, recipe.checkpoints(), recipe.out());
        double seconds = (System.nanoTime() - start) / 1e9;
        out.printf(
                "%nThe demo took %.0f s. Look at %s/%s and at %2$s/%s.%n",
                seconds, Storage.shown(recipe.out()), SHEET, CURVE);
        return seconds;
    }

    private static void run(List<RecipeCommand> jobs, Recipe recipe, PrintStream out) {
        for (RecipeCommand job : jobs) {
            out.printf("%n== %s: it %s%n", job.name(), job.summary());
            job.run(recipe, Set.of(), out);
        }
    }

    /** As many images of each class as numbers need, in a folder of their own. */
    private static Recipe judged(Recipe recipe) {
        String folder = recipe.out() + "/" + JUDGED;
        return Recipes.parse(
                Recipes.render(recipe),
                "the demo's recipe",
                Map.of(
                        "samples", folder,
                        "sample.per-class", Integer.toString(JUDGED_PER_CLASS),
                        "evaluate.images", folder));
    }

    private static void tellWhatIsNext(RecipeArguments demo, PrintStream out) {
        Recipe recipe = demo.recipe();
        Map<String, String> settings = new LinkedHashMap<>(demo.settings());
        settings.remove("images");
        Map<String, String> drawing = new LinkedHashMap<>(settings);
        drawing.put("sample.labels", "1");
        drawing.put("sample.seed", Long.toString(recipe.sample().seed() + 1));
        Map<String, String> training = new LinkedHashMap<>(settings);
        training.put("train.steps", Long.toString(4 * recipe.train().steps()));
        out.println("What to run next:");
        out.printf("  %s%n", Launcher.line("sample", demo.file(), drawing));
        out.printf("  %s   (goes on where the demo stopped)%n", Launcher.line("train", demo.file(), training));
        out.printf(
                "  %s help train   (every key of a recipe; README.md tells how to train on your own images)%n",
                Launcher.script());
    }

    private static void copy(String file, String from, String to) {
        FileStore source = FileStore.at(from);
        FileStore.at(to).replace(file, target -> {
            try (InputStream stream = source.read(file)) {
                stream.transferTo(target);
            }
        });
    }
}
