package io.github.marspark.jobs.command;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The script that starts this program, and command lines for it that can be copied into a shell. */
final class Launcher {
    private static final Pattern PLAIN = Pattern.compile("[\\w./=:,@%+-]+");

    private Launcher() {}

    /** A file of the project's folder, as it is reached from the working directory. */
    static Path inProject(Path file) {
        Path here = Path.of("").toAbsolutePath();
        Path found = here.resolve(System.getProperty("mar.home", "")).resolve(file);
        return found.startsWith(here) ? here.relativize(found) : found;
    }

    /**
     * A command line.
     *
     * @param job to be started
     * @param recipe its file
     * @param settings values by keys
     */
    static String line(String job, Path recipe, Map<String, String> settings) {
        String words = settings.entrySet().stream()
                .map(setting -> " " + quoted(setting.getKey() + "=" + setting.getValue()))
                .collect(Collectors.joining());
        return script() + " " + job + " " + quoted(recipe.toString()) + words;
    }

    /** The script, as a shell starts it from the working directory. */
    static String script() {
        Path script = inProject(Path.of("mar"));
        return script.getParent() == null ? "./mar" : quoted(script.toString());
    }

    private static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
