package io.github.marspark.jobs.command;

import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.recipe.Key;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.recipe.Suggestion;
import io.github.marspark.jobs.recipe.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What was written after the name of a job that takes a recipe.
 *
 * @param recipe complete and checked, every address of files absolute, so that executors find what the driver means
 * @param options the words that begin with hyphens
 * @param file the recipe's
 * @param settings those written on the command line, values by keys
 */
record RecipeArguments(Recipe recipe, Set<String> options, Path file, Map<String, String> settings) {
    static RecipeArguments parse(RecipeCommand job, List<String> arguments) {
        Map<String, String> settings = new LinkedHashMap<>();
        Set<String> options = new LinkedHashSet<>();
        List<String> files = new ArrayList<>();
        for (String argument : arguments) {
            if (argument.startsWith("-")) {
                options.add(known(job, argument));
            } else if (argument.contains("=") && !Files.exists(Path.of(argument))) {
                int sign = argument.indexOf('=');
                settings.put(key(job, argument.substring(0, sign)), argument.substring(sign + 1));
            } else {
                files.add(argument);
            }
        }
        Path file = file(job, files);
        Recipe recipe = Recipes.read(file, settings).located(Storage::absolute);
        refuseMissing(job, recipe);
        return new RecipeArguments(recipe, options, file, settings);
    }

    /** A key of the job's own section may be written without it, if it is not the name of another. */
    private static String key(RecipeCommand job, String written) {
        List<String> keys = Key.all().stream().map(Key::path).toList();
        if (keys.contains(written)) {
            return written;
        }
        return job.section()
                .map(section -> section + "." + written)
                .filter(keys::contains)
                .orElseGet(() -> unlessShort(job, written));
    }

    /** Whoever leaves out a key's section is told it. */
    private static String unlessShort(RecipeCommand job, String written) {
        List<Key> read =
                job.keys().stream().flatMap(name -> Key.within(name).stream()).toList();
        Optional<String> meant =
                Suggestion.nearest(written, read.stream().map(Key::name).toList());
        if (written.contains(".") || meant.isEmpty()) {
            return written;
        }
        throw new UsageException("command line: unknown key %s; did you mean %s?"
                .formatted(
                        written,
                        read.stream()
                                .filter(key -> key.name().equals(meant.get()))
                                .map(Key::path)
                                .collect(Collectors.joining(" or "))));
    }

    private static String known(RecipeCommand job, String option) {
        if (!job.options().contains(option)) {
            throw new UsageException("%s has no option %s%s; see ./mar help %s"
                    .formatted(
                            job.name(),
                            option,
                            Suggestion.nearest(option, job.options())
                                    .map("; did you mean %s?"::formatted)
                                    .orElse(""),
                            job.name()));
        }
        return option;
    }

    private static Path file(RecipeCommand job, List<String> files) {
        if (files.size() > 1) {
            throw new UsageException("%s takes one recipe, but %s were given; settings are written key=value"
                    .formatted(job.name(), String.join(" and ", files)));
        }
        return files.stream()
                .map(Path::of)
                .findFirst()
                .or(() -> job.ownRecipe().map(Launcher::inProject))
                .orElseThrow(() -> new UsageException(
                        "%s needs a recipe, such as ./mar %1$s recipes/fashion-mnist.conf".formatted(job.name())));
    }

    private static void refuseMissing(RecipeCommand job, Recipe recipe) {
        for (String key : job.required()) {
            if (Recipes.value(recipe, key).equals("")) {
                throw new UsageException("%s needs the key %s: write it into the recipe, or %2$s=… on the command line"
                        .formatted(job.name(), key));
            }
        }
    }
}
