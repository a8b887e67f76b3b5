package io.github.marspark.jobs.recipe;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/**
 * A recipe's file and the files that it includes, each of which must exist: HOCON itself takes a missing one for an empty
 * one, reads devices without end, and fetches addresses.
 */
final class RecipeFile {
    private static final int DEEPEST = 16;
    private static final long MOST_BYTES = 1_000_000;

    private final Path file;
    private final String recipe;
    private final int depth;
    private final RecipeLimits limits;

    private RecipeFile(Path file, String recipe, int depth, RecipeLimits limits) {
        this.file = file;
        this.recipe = recipe;
        this.depth = depth;
        this.limits = limits;
    }

    /**
     * Reads a recipe that is there.
     *
     * @param file a regular file
     * @throws RecipeException naming what is too large or includes what it must not
     */
    static Config read(Path file) {
        RecipeFile recipe = new RecipeFile(file, file.toString(), 0, new RecipeLimits());
        return recipe.parse(file.toString());
    }

    /**
     * How text is read that stands for itself: it includes nothing.
     *
     * @param origin what messages call the text
     */
    static ConfigParseOptions options(String origin) {
        return options(origin, new Includer(name -> {
            throw new RecipeException(
                    List.of("%s includes %s, which only a recipe's file may".formatted(origin, name)));
        }));
    }

    private static ConfigParseOptions options(String origin, ConfigIncluder includer) {
        return ConfigParseOptions.defaults()
                .setAllowMissing(false)
                .setSyntax(ConfigSyntax.CONF)
                .setIncluder(includer)
                .setOriginDescription(origin);
    }

    private Config parse(String origin) {
        String text = text(origin);
        limits.admit(text, origin);
        return ConfigFactory.parseString(text, options(origin, new Includer(this::included)));
    }

    private String text(String origin) {
        try {
            long bytes = Files.size(file);
            if (bytes > MOST_BYTES) {
                throw new RecipeException(
                        List.of("%s has %,d bytes, a recipe has at most %,d".formatted(origin, bytes, MOST_BYTES)));
            }
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new RecipeException(List.of("%s cannot be read (%s)".formatted(origin, unreadable.getMessage())));
        }
    }

    private ConfigObject included(String name) {
        Path other = resolved(name);
        if (!Files.isRegularFile(other) || !Files.isReadable(other)) {
            throw new RecipeException(
                    List.of("%s includes %s, which is not there or cannot be read".formatted(recipe, name)));
        }
        if (depth == DEEPEST) {
            throw new RecipeException(List.of("%s includes files that include files, more than %d deep; the last is %s"
                    .formatted(recipe, DEEPEST, other)));
        }
        return new RecipeFile(other, recipe, depth + 1, limits)
                .parse(other.toString())
                .root();
    }

    /** Relative to the file that includes it. */
    private Path resolved(String name) {
        try {
            return file.resolveSibling(name);
        } catch (InvalidPathException noPath) {
            throw new RecipeException(List.of("%s includes %s, which is no path".formatted(recipe, name)));
        }
    }

    /** Finds what a name stands for. */
    @FunctionalInterface
    private interface Lookup {
        ConfigObject find(String name);
    }

    /** Passes files on, and refuses what is none. */
    private record Includer(Lookup files)
            implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
        @Override
        public ConfigIncluder withFallback(ConfigIncluder fallback) {
            return this;
        }

        @Override
        public ConfigObject include(ConfigIncludeContext context, String name) {
            return files.find(name);
        }

        @Override
        public ConfigObject includeFile(ConfigIncludeContext context, File file) {
            return files.find(file.getPath());
        }

        @Override
        public ConfigObject includeURL(ConfigIncludeContext context, URL address) {
            throw new RecipeException(List.of("include url(\"%s\"): a recipe includes files only".formatted(address)));
        }

        @Override
        public ConfigObject includeResources(ConfigIncludeContext context, String name) {
            throw new RecipeException(
                    List.of("include classpath(\"%s\"): a recipe includes files only".formatted(name)));
        }
    }
}
