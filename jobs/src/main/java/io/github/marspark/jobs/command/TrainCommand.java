package io.github.marspark.jobs.command;

import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.UsageException;
import io.github.marspark.jobs.runtime.ExecutorWish;
import io.github.marspark.jobs.runtime.ProgramVersion;
import io.github.marspark.jobs.runtime.SparkSessions;
import io.github.marspark.jobs.training.TrainingJob;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Trains the network from encoded images. */
public final class TrainCommand implements RecipeCommand {
    private static final String EXECUTORS = "executors";
    private static final String TIMEOUT = "executors-timeout";
    private static final String FEWEST = "fewest-executors";
    private static final List<String> PLACES = List.of(EXECUTORS, TIMEOUT, FEWEST);

    @Override
    public String name() {
        return "train";
    }

    @Override
    public String summary() {
        return "trains the network on encoded images, from the last checkpoint if there is one";
    }

    @Override
    public List<String> keys() {
        return List.of(
                "latents",
                "checkpoints",
                "tokenizer-folder",
                "seed",
                "data.classes",
                "data.labels",
                "data.mirror",
                "train",
                "tensorboard",
                "model");
    }

    @Override
    public String help() {
        return RecipeCommand.super.help() + """

                Where it runs:
                  executors=N
                      number of executors, which divides train.streams and train.global-batch; if it is not
                      given, as many as Spark was asked for, all of the cluster's, or one on this machine
                  executors-timeout=%d
                      seconds to wait for all of them
                  fewest-executors=M
                      with how many to go on if the others have not come by then; without it the job ends
                """.formatted(ExecutorWish.patienceSeconds());
    }

    @Override
    public void run(List<String> arguments, PrintStream out) {
        Map<String, Integer> places = new HashMap<>();
        List<String> rest = new ArrayList<>();
        for (String word : arguments) {
            String key = word.replaceFirst("=.*", "");
            if (PLACES.contains(key) && word.contains("=")) {
                places.put(key, number(key, word.substring(key.length() + 1)));
            } else {
                rest.add(word);
            }
        }
        RecipeArguments parsed = RecipeArguments.parse(this, rest);
        train(parsed.recipe(), wish(places), out);
        out.printf("next: %s%n", Launcher.line("sample", parsed.file(), parsed.settings()));
    }

    private static int number(String key, String text) {
        if (!text.matches("[1-9]\\d{0,5}")) {
            throw new UsageException("%s is %s, must be a whole number of at least 1".formatted(key, text));
        }
        return Integer.parseInt(text);
    }

    private static ExecutorWish wish(Map<String, Integer> places) {
        OptionalInt wanted = place(places, EXECUTORS);
        OptionalInt fewest = place(places, FEWEST);
        if (wanted.isPresent() && fewest.isPresent() && fewest.getAsInt() > wanted.getAsInt()) {
            throw new UsageException("fewest-executors is %d, must be at most executors, which is %d"
                    .formatted(fewest.getAsInt(), wanted.getAsInt()));
        }
        long seconds = place(places, TIMEOUT).orElse(Math.toIntExact(ExecutorWish.patienceSeconds()));
        return new ExecutorWish(wanted, fewest, Duration.ofSeconds(seconds));
    }

    private static OptionalInt place(Map<String, Integer> places, String key) {
        return places.containsKey(key) ? OptionalInt.of(places.get(key)) : OptionalInt.empty();
    }

    @Override
    public void run(Recipe recipe, Set<String> options, PrintStream out) {
        train(recipe, ExecutorWish.of(OptionalInt.empty()), out);
    }

    private static void train(Recipe recipe, ExecutorWish executors, PrintStream out) {
        TrainingJob job = new TrainingJob(recipe, ProgramVersion.name(), out);
        try (SparkSession session = SparkSessions.open("train " + recipe.name())) {
            job.run(JavaSparkContext.fromSparkContext(session.sparkContext()), executors);
        }
    }
}
