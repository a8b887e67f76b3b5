package io.github.marspark.jobs.files;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What made the content of a folder: every setting that it depends on.
 *
 * @param settings values by name, in the order in which differences are told
 * @param unnoted what a setting was where a folder does not note it, since it is older than the setting
 */
public record Origin(Map<String, String> settings, Map<String, String> unnoted) {
    private static final int SHOWN = 60;

    /** Copies the maps. */
    public Origin {
        settings = new LinkedHashMap<>(settings);
        unnoted = Map.copyOf(unnoted);
    }

    /** Of settings that are as old as the kind of folder. */
    public Origin(Map<String, String> settings) {
        this(settings, Map.of());
    }

    /**
     * In what this differs from what made a folder.
     *
     * @param made what the folder notes
     * @return of each setting that differs its name and both values; nothing if a job may go on in the folder
     */
    public List<String> differencesFrom(Origin made) {
        List<String> differences = new ArrayList<>();
        settings.forEach((name, value) -> {
            String was = made.settings.getOrDefault(name, unnoted.get(name));
            if (!value.equals(was)) {
                differences.add(
                        "%s was %s, is %s".formatted(name, was == null ? "not noted" : shown(was), shown(value)));
            }
        });
        made.settings.forEach((name, was) -> {
            if (!settings.containsKey(name)) {
                differences.add("%s was %s, is not known".formatted(shown(name), shown(was)));
            }
        });
        return differences;
    }

    private static String shown(@Nullable String value) {
        String line = String.valueOf(value).replaceAll("\\s+", " ");
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN - 1) + "…";
    }
}
