package io.github.marspark.jobs.images;

import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.recipe.ImageLayout;
import java.util.Optional;
import org.apache.hadoop.fs.Path;

/** Tells by names how images lie at an address. */
public final class FoundLayout {
    private FoundLayout() {}

    /**
     * How images lie.
     *
     * @param address of a folder or file
     * @return by the file's name, or the names in the folder; nothing of a file of another kind
     * @throws java.io.UncheckedIOException if there is nothing
     */
    public static Optional<ImageLayout> of(String address) {
        Path path = new Path(address);
        if (ImageCollection.requireExists(path).isFile()) {
            return ofFile(path.getName());
        }
        return Optional.of(FileStore.at(address).names().stream()
                .flatMap(name -> ofFile(name).stream())
                .findFirst()
                .orElse(ImageLayout.FOLDERS));
    }

    private static Optional<ImageLayout> ofFile(String name) {
        if (TarMembers.isContainer(name)) {
            return Optional.of(ImageLayout.TAR);
        }
        if (IdxMembers.isContainer(name)) {
            return Optional.of(ImageLayout.IDX);
        }
        return FileNames.ending(name).equals("parquet") ? Optional.of(ImageLayout.PARQUET) : Optional.empty();
    }
}
