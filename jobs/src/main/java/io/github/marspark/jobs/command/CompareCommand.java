package io.github.marspark.jobs.command;

import io.github.marspark.jobs.compare.ComparedRow;
import io.github.marspark.jobs.compare.ComparisonPlan;
import io.github.marspark.jobs.compare.ComparisonSheet;
import io.github.marspark.jobs.compare.ComparisonTable;
import io.github.marspark.jobs.compare.RowResult;
import io.github.marspark.jobs.compare.RowResult.Judgement;
import io.github.marspark.jobs.compare.TrainingSummary;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.recipe.TokenizerKind;
import io.github.marspark.jobs.sample.Drawings;
import io.github.marspark.model.mar.Design.Attention;
import io.github.marspark.model.mar.Design.TokenLoss;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Trains, draws and judges the systems of the article's table one after another. What is done is not done again: each job goes
 * on where it was stopped, and a row that is judged is kept.
 */
public final class CompareCommand implements RecipeCommand {
    private static final Path RECIPE = Path.of("recipes", "compare.conf");
    private static final String TABLE = "compare.md";
    private static final String SHEET = "compare.png";

    private final Jobs jobs;

    /**
     * The jobs that a row takes.
     *
     * @param trainTokenizer trains the tokenizers
     * @param encode encodes the images by them
     * @param train trains a network
     * @param sample draws with it
     * @param trainClassifier trains what judges
     * @param evaluate judges
     */
    public record Jobs(
            RecipeCommand trainTokenizer,
            RecipeCommand encode,
            RecipeCommand train,
            RecipeCommand sample,
            RecipeCommand trainClassifier,
            RecipeCommand evaluate) {}

    /** The comparison by these jobs. */
    public CompareCommand(Jobs jobs) {
        this.jobs = jobs;
    }

    @Override
    public String name() {
        return "compare";
    }

    @Override
    public String summary() {
        return "trains the article's systems on one budget, draws with each, and puts what a classifier says into a table";
    }

    @Override
    public List<String> keys() {
        return List.of(
                "compare",
                "out",
                "images",
                "data",
                "tokenizer",
                "encode",
                "model",
                "train",
                "sample",
                "classifier",
                "evaluate");
    }

    @Override
    public Optional<String> section() {
        return Optional.of("compare");
    }

    @Override
    public Optional<Path> ownRecipe() {
        return Optional.of(RECIPE);
    }

    @Override
    public void run(Recipe given, Set<String> options, PrintStream out) {
        Recipe recipe = withImages(new ComparisonPlan(given).judge(), out);
        new Run(recipe, new ComparisonPlan(recipe), out).run();
    }

    /** The images that come with the project, where the recipe names none. */
    private static Recipe withImages(Recipe recipe, PrintStream out) {
        if (!recipe.images().isEmpty()) {
            return recipe;
        }
        FileStore store = FileStore.at(recipe.out() + "/images");
        ShippedImages.layOut(
                store,
                "compare lays the images that come with the project out on this machine's own disks, but out is %s; give images=…"
                        .formatted(recipe.out()),
                out);
        String place = store.path().toString();
        String reference = recipe.evaluate().reference();
        return Recipes.parse(
                Recipes.render(recipe),
                "the comparison's recipe",
                Map.of("images", place, "evaluate.reference", reference.isEmpty() ? place : reference));
    }

    /** One run of the command. */
    private final class Run {
        private final Recipe recipe;
        private final ComparisonPlan plan;
        private final PrintStream out;
        private final FileStore folder;
        private final Map<TokenizerKind, Judgement> reconstructions = new EnumMap<>(TokenizerKind.class);
        private final Map<Integer, RowResult> results = new TreeMap<>();

        Run(Recipe recipe, ComparisonPlan plan, PrintStream out) {
            this.recipe = recipe;
            this.plan = plan;
            this.out = out;
            this.folder = FileStore.at(recipe.out());
        }

        void run() {
            keepThoseThatAreDone();
            int made = 0;
            for (ComparedRow row : plan.rows()) {
                if (results.containsKey(row.number())) {
                    out.printf("row %d, %s, is there already%n", row.number(), row.words());
                    continue;
                }
                out.printf("%n==== row %d: %s%n", row.number(), row.words());
                prepare(row.tokenizer());
                RowResult result = result(row);
                result.write(recipe.out(), row.number());
                results.put(row.number(), result);
                made++;
                show();
            }
            if (made == 0) {
                show();
            }
            out.printf("written to %s and %s%n", shown(TABLE), shown(SHEET));
        }

        private String shown(String name) {
            return Storage.shown(folder.path(name).toString());
        }

        private void keepThoseThatAreDone() {
            for (ComparedRow row : ComparedRow.ALL) {
                RowResult.read(recipe.out(), row.number()).ifPresent(result -> keep(row, result));
            }
        }

        private void keep(ComparedRow row, RowResult result) {
            if (result.settings().equals(settings(row))) {
                results.put(row.number(), result);
                Judgement.find(plan.reconstruction(row.tokenizer()).evaluate().report())
                        .ifPresentOrElse(
                                judged -> reconstructions.put(row.tokenizer(), judged), () -> prepare(row.tokenizer()));
            } else {
                out.printf(
                        "row %d, %s, was made by other settings; it is made anew when it is asked for%n",
                        row.number(), row.words());
            }
        }

        private String settings(ComparedRow row) {
            return RowResult.settings(plan.drawing(row, false), plan.drawing(row, true));
        }

        /** What rows of one tokenizer share. */
        private void prepare(TokenizerKind kind) {
            if (reconstructions.containsKey(kind)) {
                return;
            }
            Recipe encoding = plan.encoding(kind);
            run(jobs.trainTokenizer(), encoding);
            run(jobs.encode(), encoding);
            run(jobs.trainClassifier(), plan.judge());
            reconstructions.put(kind, judged(plan.reconstruction(kind)));
        }

        private Judgement judged(Recipe judging) {
            run(jobs.evaluate(), judging);
            return Judgement.find(judging.evaluate().report()).orElseThrow();
        }

        private RowResult result(ComparedRow row) {
            Recipe training = plan.training(row);
            run(jobs.train(), training);
            Recipe plain = plan.drawing(row, false);
            boolean begun = new Drawings(plain.samples()).newest().isPresent();
            long start = System.nanoTime();
            run(jobs.sample(), plain);
            double seconds = (System.nanoTime() - start) / 1e9;
            int images = recipe.compare().perClass() * recipe.data().classes();
            Judgement ofPlain = judged(plain);
            Recipe guided = plan.drawing(row, true);
            run(jobs.sample(), guided);
            Judgement ofGuided = judged(guided);
            TrainingSummary trained = TrainingSummary.of(training);
            return new RowResult(
                    settings(row),
                    trained.parameters(),
                    trained.headParameters(),
                    training.train().steps(),
                    training.train().steps() * training.train().globalBatch(),
                    trained.seconds(),
                    trained.loss(),
                    trained.validationLoss(),
                    plain.sample().iterations(),
                    row.loss() == TokenLoss.CROSS_ENTROPY ? "" : plain.sample().diffusionSteps(),
                    row.attention() == Attention.CAUSAL,
                    begun ? Double.NaN : seconds / images,
                    ofPlain,
                    ofGuided);
        }

        private void run(RecipeCommand job, Recipe with) {
            out.printf("%n== %s: it %s%n", job.name(), job.summary());
            job.run(with, Set.of(), out);
        }

        /** Writes what is known so far. */
        private void show() {
            ComparisonSheet sheet = new ComparisonSheet();
            for (ComparedRow row : ComparedRow.ALL) {
                if (results.containsKey(row.number())) {
                    String samples = plan.drawing(row, true).samples();
                    sheet.add(
                            row,
                            new Drawings(samples).newest().orElse(samples),
                            recipe.data().classes());
                }
            }
            byte[] picture = sheet.png();
            byte[] table = table().getBytes(StandardCharsets.UTF_8);
            folder.replace(TABLE, stream -> stream.write(table));
            folder.replace(SHEET, stream -> stream.write(picture));
            out.printf("%n%s%n", table());
        }

        private String table() {
            return new ComparisonTable(recipe, reconstructions, results).markdown();
        }
    }
}
