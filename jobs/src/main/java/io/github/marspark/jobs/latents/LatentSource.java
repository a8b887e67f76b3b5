package io.github.marspark.jobs.latents;

import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.MadeFolder;
import io.github.marspark.jobs.files.OriginNote;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.recipe.ImageLayout;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The images that a folder of latents was encoded from, as its plan notes them.
 *
 * @param images address
 * @param layout how they lie there
 */
public record LatentSource(String images, ImageLayout layout) {
    /** Name of the plan in a folder of latents. */
    public static final String PLAN = "_plan.json";

    /** What the plan calls the images' address. */
    public static final String IMAGES = "images";

    /** What the plan calls how they lie. */
    public static final String KIND = "kind of images";

    /**
     * Reads it.
     *
     * @param address of a folder
     * @return nothing if it is no folder of latents, or its plan does not tell
     * @throws IllegalStateException if the plan is damaged
     */
    public static Optional<LatentSource> of(String address) {
        FileStore store = FileStore.at(address);
        return store.exists(PLAN)
                ? new MadeFolder(store, Product.LATENTS, PLAN, OriginNote.JSON)
                        .origin()
                        .flatMap(origin -> of(
                                Optional.ofNullable(origin.settings().get(IMAGES)),
                                Optional.ofNullable(origin.settings().get(KIND))))
                : Optional.empty();
    }

    private static Optional<LatentSource> of(Optional<String> images, Optional<String> kind) {
        return images.flatMap(
                place -> kind.flatMap(LatentSource::layout).map(layout -> new LatentSource(place, layout)));
    }

    private static Optional<ImageLayout> layout(String kind) {
        return Arrays.stream(ImageLayout.values())
                .filter(layout -> layout.name().toLowerCase(Locale.ROOT).equals(kind))
                .findFirst();
    }
}
