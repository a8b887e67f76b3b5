package io.github.marspark.jobs.recipe;

import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import java.io.File;
import java.net.URL;
import java.util.List;

/** Includes nothing, in whatever way it is asked. */
final class NoIncluder implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
    private final String origin;

    /**
     * For a text.
     *
     * @param origin what messages call it
     */
    NoIncluder(String origin) {
        this.origin = origin;
    }

    @Override
    public ConfigIncluder withFallback(ConfigIncluder fallback) {
        return this;
    }

    @Override
    public ConfigObject include(ConfigIncludeContext context, String name) {
        throw refused(name);
    }

    @Override
    public ConfigObject includeFile(ConfigIncludeContext context, File file) {
        throw refused(file);
    }

    @Override
    public ConfigObject includeURL(ConfigIncludeContext context, URL address) {
        throw refused(address);
    }

    @Override
    public ConfigObject includeResources(ConfigIncludeContext context, String name) {
        throw refused(name);
    }

    private RecipeException refused(Object what) {
        return new RecipeException(
                List.of("%s includes %s, which no program writes; it was altered".formatted(origin, what)));
    }
}
