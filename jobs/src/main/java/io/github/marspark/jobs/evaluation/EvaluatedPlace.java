package io.github.marspark.jobs.evaluation;

import io.github.marspark.data.statistics.StatisticsFile;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.FileStore.LocalFile;
import io.github.marspark.jobs.images.FoundLayout;
import io.github.marspark.jobs.images.ImageCollection;
import io.github.marspark.jobs.images.ImageSettings;
import io.github.marspark.jobs.latents.LatentSource;
import io.github.marspark.jobs.recipe.ImageLayout;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.model.evaluation.FeatureStatistics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.hadoop.fs.Path;

/**
 * What a key names: a folder, tar, Parquet or IDX file of images, a folder of latents for their images, or a file of
 * statistics.
 *
 * @param key that names it
 * @param address what the recipe says
 */
record EvaluatedPlace(String key, String address) {
    private static final String STATISTICS = ".npz";

    /** Checks that there is an address. */
    EvaluatedPlace {
        if (address.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s is empty; give a folder, tar, Parquet or IDX file of images, a folder of latents, or a file of statistics (.npz)"
                            .formatted(key));
        }
    }

    boolean isStatistics() {
        return address.endsWith(STATISTICS);
    }

    /** The statistics in the file. */
    FeatureStatistics statistics() {
        FileStore folder = FileStore.at(
                new Path(address).getParent() == null
                        ? "."
                        : new Path(address).getParent().toString());
        try (LocalFile file = folder.local(new Path(address).getName())) {
            return StatisticsFile.read(file.path());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s is %s, which cannot be read: %s".formatted(key, address, e.getMessage()), e);
        }
    }

    /**
     * The images, by the recipe's own layout where they are the recipe's own images.
     *
     * @param recipe says how labels are found
     * @param settings how images and labels are found
     */
    ImageCollection images(Recipe recipe, ImageSettings settings) {
        Optional<LatentSource> latents = LatentSource.of(address);
        if (latents.isPresent()) {
            return ImageCollection.at(latents.get().images(), latents.get().layout(), settings);
        }
        ImageLayout layout = address.equals(recipe.images())
                ? recipe.encode().source()
                : FoundLayout.of(address)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "%s is %s, a file of an unknown kind; give a folder, or a file that ends in .tar, .parquet, idx3-ubyte or .npz"
                                        .formatted(key, address)));
        return ImageCollection.at(address, layout, settings);
    }
}
