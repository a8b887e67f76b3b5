package io.github.marspark.jobs.recipe;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseable;
import java.io.File;
import java.util.List;

/** Includes files, which must exist: HOCON itself takes a missing one for an empty one. */
final class StrictIncluder implements ConfigIncluder, ConfigIncluderFile {
    private final String recipe;

    /**
     * For a recipe.
     *
     * @param recipe what messages call it
     */
    StrictIncluder(String recipe) {
        this.recipe = recipe;
    }

    @Override
    public ConfigIncluder withFallback(ConfigIncluder fallback) {
        return this;
    }

    @Override
    public ConfigObject includeFile(ConfigIncludeContext context, File file) {
        return include(context, file.getPath());
    }

    @Override
    public ConfigObject include(ConfigIncludeContext context, String file) {
        ConfigParseable parseable = context.relativeTo(file);
        if (parseable == null) {
            throw missing(file);
        }
        try {
            return parseable.parse(context.parseOptions().setAllowMissing(false));
        } catch (ConfigException.IO unreadable) {
            throw missing(file);
        }
    }

    private RecipeException missing(String file) {
        return new RecipeException(
                List.of("%s includes %s, which is not there or cannot be read".formatted(recipe, file)));
    }
}
