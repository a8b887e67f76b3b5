package io.github.marspark.jobs.recipe;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads recipes from HOCON and writes them. */
public final class Recipes {
    private static final String COMMAND_LINE = "command line";

    private Recipes() {}

    /**
     * Reads a recipe from a file.
     *
     * @param file a HOCON file
     * @param overrides values by full key that replace the file's, from the command line
     * @return the recipe, complete with defaults
     * @throws RecipeException naming file, line and key of everything that is wrong
     */
    public static Recipe read(Path file, Map<String, String> overrides) {
        if (!Files.isRegularFile(file)) {
            throw new RecipeException(List.of(missing(file)));
        }
        String name = file.toString();
        return resolve(() -> ConfigFactory.parseFile(file.toFile(), options(name)), name, overrides);
    }

    /**
     * Reads a recipe from text.
     *
     * @param text in HOCON
     * @param origin what messages call the text
     * @param overrides values by full key that replace the text's
     * @return the recipe, complete with defaults
     * @throws RecipeException naming line and key of everything that is wrong
     */
    public static Recipe parse(String text, String origin, Map<String, String> overrides) {
        return resolve(() -> ConfigFactory.parseString(text, options(origin)), origin, overrides);
    }

    /**
     * Writes a recipe with every key, so that {@link #parse} reads the same recipe again.
     *
     * @param recipe to be written
     * @return HOCON text, keys in alphabetical order
     */
    public static String render(Recipe recipe) {
        return ConfigValueFactory.fromMap(values(recipe))
                .render(ConfigRenderOptions.defaults().setOriginComments(false).setJson(false));
    }

    /**
     * One value of a recipe.
     *
     * @param recipe to look into
     * @param key a full name, such as {@code train.ema.rate}
     * @return the value
     * @throws IllegalArgumentException if no recipe has such a key
     */
    public static Object value(Recipe recipe, String key) {
        Object value = recipe;
        for (String name : key.split("\\.", -1)) {
            value = child(value, name).orElseThrow(() -> new IllegalArgumentException(key + " is no key of a recipe"));
        }
        return value;
    }

    private static Optional<Object> child(Object section, String name) {
        return section instanceof Record values
                ? Key.in(values.getClass(), "").stream()
                        .filter(key -> key.path().equals(name))
                        .findFirst()
                        .map(key -> valueOf(values, key.component()))
                : Optional.empty();
    }

    private static Recipe resolve(Supplier<Config> recipe, String name, Map<String, String> overrides) {
        try {
            Config config = complete(settings(overrides).withFallback(recipe.get()));
            return RecordBinder.bind(config.root(), new Places(name, config.root()));
        } catch (ConfigException e) {
            throw new RecipeException(List.of(sentence(e, name)));
        }
    }

    /** Fills in the defaults, of which some are made from the name, even when there is none yet. */
    private static Config complete(Config given) {
        Config complete = given.withFallback(defaults());
        return given.hasPath("name")
                ? complete.resolve()
                : complete.withValue("name", ConfigValueFactory.fromAnyRef("?"))
                        .resolve()
                        .withoutPath("name");
    }

    private static String sentence(ConfigException failure, String name) {
        String message = String.valueOf(failure.getMessage());
        if (failure.origin() == null) {
            return name + ": " + message;
        }
        String place = failure.origin().description() + ": ";
        return Places.of(failure.origin(), name) + ": "
                + (message.startsWith(place) ? message.substring(place.length()) : message);
    }

    private static String missing(Path file) {
        if (Files.isDirectory(file)) {
            return file + " is a folder, a recipe file was expected";
        }
        return "recipe " + file + " does not exist"
                + Suggestion.nearest(String.valueOf(file.getFileName()), neighbours(file))
                        .map(near -> "; did you mean " + file.resolveSibling(near) + "?")
                        .orElse("");
    }

    private static List<String> neighbours(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> String.valueOf(path.getFileName()))
                    .filter(name -> name.endsWith(".conf"))
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private static Config defaults() {
        String text = Key.all().stream()
                .flatMap(key -> key.byDefault().map(value -> key.path() + " = " + value).stream())
                .collect(Collectors.joining("\n"));
        return ConfigFactory.parseString(text, options(Places.DEFAULTS));
    }

    private static Config settings(Map<String, String> overrides) {
        Map<String, Key> keys = Key.all().stream().collect(Collectors.toMap(Key::path, key -> key));
        Config settings = ConfigFactory.empty();
        for (Map.Entry<String, String> override : overrides.entrySet()) {
            Key key = keys.get(override.getKey());
            if (key == null) {
                throw new RecipeException(List.of(unknown(override.getKey())));
            }
            settings = settings.withValue(key.path(), setting(key, override.getValue()));
        }
        return settings;
    }

    private static String unknown(String path) {
        List<String> paths = Key.all().stream().map(Key::path).toList();
        if (paths.stream().anyMatch(key -> key.startsWith(path + "."))) {
            return "%s: %s is a section; set its keys, such as %s"
                    .formatted(
                            COMMAND_LINE,
                            path,
                            paths.stream()
                                    .filter(key -> key.startsWith(path + "."))
                                    .findFirst()
                                    .orElseThrow());
        }
        return COMMAND_LINE + ": unknown key " + path
                + Suggestion.nearest(path, paths)
                        .map("; did you mean %s?"::formatted)
                        .orElse("; ./mar help JOB lists the keys of a job");
    }

    private static ConfigValue setting(Key key, String text) {
        if (key.component().getType() == String.class) {
            return ConfigValueFactory.fromAnyRef(text, COMMAND_LINE);
        }
        try {
            return ConfigFactory.parseString("value = " + text, options(COMMAND_LINE))
                    .root()
                    .getOrDefault("value", ConfigValueFactory.fromAnyRef(text, COMMAND_LINE))
                    .withOrigin(
                            ConfigValueFactory.fromAnyRef(text, COMMAND_LINE).origin());
        } catch (ConfigException notHocon) {
            return ConfigValueFactory.fromAnyRef(text, COMMAND_LINE);
        }
    }

    private static ConfigParseOptions options(String origin) {
        return ConfigParseOptions.defaults()
                .setAllowMissing(false)
                .setSyntax(ConfigSyntax.CONF)
                .setIncluder(new StrictIncluder(origin))
                .setOriginDescription(origin);
    }

    private static Map<String, Object> values(Record section) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Key key : Key.in(section.getClass(), "")) {
            values.put(key.path(), plain(valueOf(section, key.component())));
        }
        return values;
    }

    private static Object plain(Object value) {
        if (value instanceof Record section) {
            return values(section);
        }
        return value instanceof Enum<?> constant ? Key.nameOf(constant) : value;
    }

    private static Object valueOf(Record section, RecordComponent component) {
        try {
            return component.getAccessor().invoke(section);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component.getName(), e);
        }
    }
}
