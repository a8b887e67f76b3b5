package io.github.marspark.jobs.sample;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.recipe.LabelUse;
import io.github.marspark.jobs.recipe.Recipe;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What the classes are called: as their folders were, if the latents tell, else by number. */
final class ClassNames {
    private static final String LABELS = "labels.json";

    private ClassNames() {}

    static List<String> of(Recipe recipe) {
        if (recipe.data().labels() == LabelUse.NONE) {
            return List.of("no class");
        }
        Map<Integer, String> names = named(FileStore.at(recipe.latents()));
        return IntStream.range(0, recipe.data().classes())
                .mapToObj(label -> names.getOrDefault(label, Integer.toString(label)))
                .toList();
    }

    private static Map<Integer, String> named(FileStore latents) {
        if (!latents.exists(LABELS)) {
            return Map.of();
        }
        try (InputStream stream = latents.read(LABELS)) {
            Map<String, Integer> labels =
                    new ObjectMapper().readValue(stream, new TypeReference<Map<String, Integer>>() {});
            return labels.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
        } catch (IOException e) {
            throw new UncheckedIOException(latents.path(LABELS) + " cannot be read: " + e.getMessage(), e);
        }
    }
}
