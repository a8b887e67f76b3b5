package io.github.marspark.jobs.images;

import io.github.marspark.jobs.recipe.LabelUse;
import io.github.marspark.jobs.recipe.Recipe;
import java.io.Serializable;

/**
 * How images and labels are found in a collection.
 *
 * @param imageColumn column of Parquet files that holds the images, empty to find it
 * @param labelColumn column, or field of JSON, that holds the labels, empty to find it
 * @param labelled whether labels are wanted at all
 */
public record ImageSettings(String imageColumn, String labelColumn, boolean labelled) implements Serializable {
    /** Images with labels, wherever they are. */
    public static final ImageSettings LABELLED = new ImageSettings("", "", true);

    /** Those of a recipe. */
    public static ImageSettings of(Recipe recipe) {
        return new ImageSettings(
                recipe.encode().imageColumn(),
                recipe.encode().labelColumn(),
                recipe.data().labels() != LabelUse.NONE);
    }

    /** The same, of whose images only the images count. */
    public ImageSettings withoutLabels() {
        return new ImageSettings(imageColumn, "", false);
    }
}
