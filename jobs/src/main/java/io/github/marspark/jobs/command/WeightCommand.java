package io.github.marspark.jobs.command;

import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.UsageException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A job that is told a file of weights besides its recipe: {@code file=PATH}. */
abstract class WeightCommand implements RecipeCommand {
    private static final String FILE = "file=";

    /** What the file is, for the help: a line that follows {@code file=PATH}. */
    abstract String fileMeaning();

    abstract void run(Recipe recipe, Path file, Set<String> options, PrintStream out);

    @Override
    public String help() {
        return RecipeCommand.super.help() + "\nfile=PATH  " + fileMeaning() + "\n";
    }

    @Override
    public void run(List<String> arguments, PrintStream out) {
        List<String> rest = new ArrayList<>(arguments);
        rest.removeIf(argument -> argument.startsWith(FILE));
        if (rest.size() != arguments.size() - 1) {
            throw new UsageException("%s needs one file=PATH: %s".formatted(name(), fileMeaning()));
        }
        String file = arguments.stream()
                .filter(argument -> argument.startsWith(FILE))
                .findFirst()
                .orElseThrow();
        new WithFile(this, Storage.here("file", file.substring(FILE.length()))).run(rest, out);
    }

    @Override
    public void run(Recipe recipe, Set<String> options, PrintStream out) {
        throw new IllegalStateException(name() + " was started without its file");
    }

    /** The job with its file known. */
    private record WithFile(WeightCommand job, Path file) implements RecipeCommand {
        @Override
        public String name() {
            return job.name();
        }

        @Override
        public String summary() {
            return job.summary();
        }

        @Override
        public List<String> keys() {
            return job.keys();
        }

        @Override
        public Set<String> options() {
            return job.options();
        }

        @Override
        public void run(Recipe recipe, Set<String> options, PrintStream out) {
            job.run(recipe, file, options, out);
        }
    }
}
