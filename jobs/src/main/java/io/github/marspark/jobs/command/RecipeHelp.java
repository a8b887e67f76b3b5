package io.github.marspark.jobs.command;

import io.github.marspark.jobs.recipe.Key;
import java.util.List;
import java.util.stream.Collectors;

/** The help of a job that takes a recipe, made from the descriptions of the recipe's keys. */
final class RecipeHelp {
    private RecipeHelp() {}

    static String of(RecipeCommand job) {
        String recipe = job.ownRecipe().isPresent() ? "[RECIPE.conf]" : "RECIPE.conf";
        String options = job.options().stream().sorted().map(" [%s]"::formatted).collect(Collectors.joining());
        return """
                usage: ./mar %s %s [key=value …]%s

                %s.
                """.formatted(job.name(), recipe, options, job.summary())
                + job.ownRecipe()
                        .map("Without a recipe it takes %s.\n"::formatted)
                        .orElse("")
                + job.section()
                        .map("Keys of %s may be given without that name, such as %1$s.KEY=… as KEY=….\n"::formatted)
                        .orElse("")
                + "\nKeys of the recipe that it reads, with the values of a recipe that leaves them out:\n"
                + job.keys().stream().map(name -> lines(job, name)).collect(Collectors.joining());
    }

    private static String lines(RecipeCommand job, String name) {
        List<Key> keys = Key.within(name);
        if (keys.isEmpty()) {
            throw new IllegalStateException("%s names %s, which no recipe has".formatted(job.name(), name));
        }
        return keys.stream().map(key -> line(job, key)).collect(Collectors.joining());
    }

    private static String line(RecipeCommand job, Key key) {
        return "  %s%n      %s%n".formatted(heading(job, key), key.description());
    }

    private static String heading(RecipeCommand job, Key key) {
        String unit = key.unit().isEmpty() ? "" : " " + key.unit();
        return key.byDefault()
                .filter(value -> !job.required().contains(key.path()))
                .map(value -> "%s = %s%s  (%s)".formatted(key.path(), value, unit, key.kind()))
                .orElseGet(() -> "%s  (must be given: %s%s)"
                        .formatted(key.path(), key.kind(), unit.isEmpty() ? "" : "," + unit));
    }
}
