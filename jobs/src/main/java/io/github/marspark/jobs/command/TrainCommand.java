package io.github.marspark.jobs.command;

import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.UsageException;
import io.github.marspark.jobs.runtime.ProgramVersion;
import io.github.marspark.jobs.runtime.SparkSessions;
import io.github.marspark.jobs.training.TrainingJob;
import java.io.PrintStream;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Trains the network from encoded images. */
public final class TrainCommand implements RecipeCommand {
    private static final String EXECUTORS = "executors=";

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
                      number of executors, which divides train.streams and train.global-batch;
                      all of the cluster's if it is not given, or one on this machine
                """;
    }

    @Override
    public void run(List<String> arguments, PrintStream out) {
        List<String> rest =
                arguments.stream().filter(word -> !word.startsWith(EXECUTORS)).toList();
        OptionalInt executors = arguments.stream()
                .filter(word -> word.startsWith(EXECUTORS))
                .mapToInt(word -> number(word.substring(EXECUTORS.length())))
                .reduce((first, last) -> last);
        RecipeArguments parsed = RecipeArguments.parse(this, rest);
        train(parsed.recipe(), executors, out);
        out.printf("next: %s%n", Launcher.line("sample", parsed.file(), parsed.settings()));
    }

    private static int number(String text) {
        if (!text.matches("[1-9]\\d{0,5}")) {
            throw new UsageException("executors is %s, must be a whole number of at least 1".formatted(text));
        }
        return Integer.parseInt(text);
    }

    @Override
    public void run(Recipe recipe, Set<String> options, PrintStream out) {
        train(recipe, OptionalInt.empty(), out);
    }

    private static void train(Recipe recipe, OptionalInt executors, PrintStream out) {
        TrainingJob job = new TrainingJob(recipe, ProgramVersion.name(), out);
        try (SparkSession session = SparkSessions.open("train " + recipe.name())) {
            job.run(JavaSparkContext.fromSparkContext(session.sparkContext()), executors);
        }
    }
}
