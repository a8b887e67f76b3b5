package io.github.marspark.jobs.training;

import io.github.marspark.jobs.checkpoint.CheckpointException;
import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.checkpoint.CheckpointFormatException;
import io.github.marspark.jobs.checkpoint.CheckpointManifest;
import io.github.marspark.jobs.files.MadeFolder;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeException;
import io.github.marspark.jobs.recipe.Recipes;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a folder of checkpoints holds before a training begins; driver only. */
final class EarlierTraining {
    private final CheckpointFolder folder;
    private final Optional<CheckpointManifest> last;

    /**
     * Reads the manifests, the newest first, up to the first that is whole.
     *
     * @param folder of the checkpoints
     * @throws CheckpointException if none is whole where there are some, or if one before the first that is whole is of a
     *     form that this program does not know
     */
    EarlierTraining(CheckpointFolder folder) {
        this.folder = folder;
        this.last = last();
    }

    private Optional<CheckpointManifest> last() {
        Map<Long, String> problems = new TreeMap<>(Comparator.reverseOrder());
        for (long step : folder.steps()) {
            try {
                return Optional.of(folder.manifest(step));
            } catch (CheckpointFormatException unknown) {
                throw unknown;
            } catch (CheckpointException damaged) {
                problems.put(step, String.valueOf(damaged.getMessage()));
            }
        }
        if (!problems.isEmpty()) {
            throw folder.noneUsable(problems);
        }
        requireNothingAside();
        return Optional.empty();
    }

    /** Whoever begins anew where only damaged checkpoints are left is to say so. */
    private void requireNothingAside() {
        folder.damaged().stream().findFirst().ifPresent(name -> {
            throw new CheckpointException(
                    "%s holds %s, which was put aside as damaged, and no other checkpoint; delete it to begin anew, or train into another folder with checkpoints=…"
                            .formatted(folder.store().path(), name));
        });
    }

    /** Refuses to go on from checkpoints of another training. */
    void requireSame(Recipe recipe) {
        last.ifPresent(manifest -> {
            String path = folder.address(manifest.step());
            MadeFolder.requireSame(
                    folder.store().path().toString(),
                    Product.CHECKPOINTS,
                    TrainingOrigin.of(recipe(path, manifest), recipe),
                    TrainingOrigin.of(recipe, recipe));
        });
    }

    private static Recipe recipe(String path, CheckpointManifest manifest) {
        try {
            return Recipes.parse(manifest.recipe(), path + "'s recipe", Map.of());
        } catch (RecipeException unreadable) {
            throw new CheckpointException(String.valueOf(unreadable.getMessage()), unreadable);
        }
    }

    /**
     * Whether a training has come to its end, as can be seen from a checkpoint that is whole in all its files.
     *
     * @param steps length of the training
     */
    boolean isDone(long steps) {
        return last.filter(manifest -> manifest.step() >= steps)
                .filter(this::isWhole)
                .isPresent();
    }

    private boolean isWhole(CheckpointManifest manifest) {
        try {
            manifest.parts().forEach(part -> folder.parts().verify(manifest.step(), part));
            return true;
        } catch (CheckpointException damaged) {
            return false;
        }
    }

    /** The steps of the last checkpoint; 0 if there is none. */
    long steps() {
        return last.map(CheckpointManifest::step).orElse(0L);
    }
}
