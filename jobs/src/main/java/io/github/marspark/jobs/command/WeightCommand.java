package io.github.marspark.jobs.command;

import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.UsageException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A job that is told a file of weights besides its recipe, {@code file=PATH}, and what to do with it. */
abstract class WeightCommand implements RecipeCommand {
    /** The keys besides the recipe's; the first is that of the file, which must be given. */
    abstract List<WeightKey> ownKeys();

    abstract void run(Recipe recipe, WeightArguments given, PrintStream out);

    @Override
    public String help() {
        return RecipeCommand.super.help()
                + "\nKeys besides the recipe's, on the command line only:\n"
                + ownKeys().stream().map(WeightKey::help).collect(Collectors.joining());
    }

    @Override
    public void run(List<String> arguments, PrintStream out) {
        List<String> rest = new ArrayList<>();
        Map<String, String> values = new LinkedHashMap<>();
        for (String argument : arguments) {
            ownKey(argument).ifPresentOrElse(key -> put(values, key, argument), () -> rest.add(argument));
        }
        WeightKey file = ownKeys().get(0);
        if (!values.containsKey(file.name())) {
            throw new UsageException(
                    "%s needs one %s=%s: %s".formatted(name(), file.name(), file.value(), file.meaning()));
        }
        new WithArguments(this, new WeightArguments(values)).run(rest, out);
    }

    private Optional<WeightKey> ownKey(String argument) {
        return ownKeys().stream()
                .filter(key -> argument.startsWith(key.name() + "="))
                .findFirst();
    }

    private void put(Map<String, String> values, WeightKey key, String argument) {
        if (values.put(key.name(), argument.substring(key.name().length() + 1)) != null) {
            throw new UsageException(
                    "%s takes one %s=%s, but more were given".formatted(name(), key.name(), key.value()));
        }
    }

    @Override
    public void run(Recipe recipe, Set<String> options, PrintStream out) {
        throw new IllegalStateException(name() + " was started without its file");
    }

    /** The job with its own keys known. */
    private record WithArguments(WeightCommand job, WeightArguments given) implements RecipeCommand {
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
            job.run(recipe, given, out);
        }
    }
}
