package io.github.marspark.jobs.recipe;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Says where in a recipe's files, or on the command line, a value stands. */
final class Places {
    static final String DEFAULTS = "defaults";
    private static final Pattern WITH_LINE = Pattern.compile("(.*): (\\d+)(-\\d+)?", Pattern.DOTALL);

    private final String file;
    private final ConfigObject root;

    /**
     * Places of one recipe.
     *
     * @param file what the recipe is called
     * @param root its values
     */
    Places(String file, ConfigObject root) {
        this.file = file;
        this.root = root;
    }

    String file() {
        return file;
    }

    String of(ConfigValue value) {
        return of(value.origin(), file);
    }

    String of(String path) {
        ConfigValue value = find(root, path);
        return value == null ? file : of(value);
    }

    private static @Nullable ConfigValue find(ConfigObject object, String path) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            return object.get(path);
        }
        return object.get(path.substring(0, dot)) instanceof ConfigObject section
                ? find(section, path.substring(dot + 1))
                : null;
    }

    /**
     * The place an origin stands for.
     *
     * @param origin of a value
     * @param file said when the origin does not tell
     * @return such as {@code flowers.conf:12}
     */
    static String of(ConfigOrigin origin, String file) {
        String description = origin.description();
        if (description.startsWith(DEFAULTS)) {
            return file + " (default)";
        }
        if (description.startsWith("merge of ")) {
            return file;
        }
        Matcher line = WITH_LINE.matcher(description);
        return line.matches() ? line.group(1) + ":" + line.group(2) : description;
    }
}
