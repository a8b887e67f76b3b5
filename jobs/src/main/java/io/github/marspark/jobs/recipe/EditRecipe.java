package io.github.marspark.jobs.recipe;

import java.util.List;
import java.util.function.BinaryOperator;

/**
 * How a picture is edited: what of it is kept, and what is drawn anew.
 *
 * @param image file of the picture
 * @param mask file of the mask, empty where the picture is kept whole
 * @param offset column and row of the canvas where the picture's top left pixel lies, empty where the two have one size
 * @param fit what happens to a picture of another size than the network's images
 * @param label class that is drawn, -1 for none
 * @param variants images drawn
 * @param folder of all edited pictures, each of which has a folder in it
 */
public record EditRecipe(
        @Describe(value = "the picture to edit: a file", byDefault = "\"\"")
        String image,

        @Describe(
                value =
                        "an image of the picture's size, black where the picture is kept, white where it is drawn anew; keeps all if empty",
                byDefault = "\"\"")
        String mask,

        @Describe(
                value =
                        "where the picture's top left pixel lies on the canvas of the network's images, [column, row]; around it is drawn",
                byDefault = "[]")
        List<Integer> offset,

        @Describe(
                value = "whether a picture of another size than data.image-size is refused, or cut as encode does",
                byDefault = "exact")
        PictureFit fit,

        @Describe(value = "class that is drawn; -1 for none", byDefault = "-1")
        int label,

        @Describe(value = "how many different images are drawn", unit = "images", byDefault = "4")
        int variants,

        @Describe(value = "folder of edited pictures, of which each has a folder in it", byDefault = "${out}/edits")
        String folder) {
    /** Checks each value. */
    public EditRecipe {
        offset = List.copyOf(offset);
        Require.that(offset.isEmpty() || offset.size() == 2, "offset", offset, "[column, row] or empty");
        Require.that(
                offset.isEmpty() || fit == PictureFit.EXACT,
                "fit",
                "crop",
                "exact where edit.offset places the picture");
        Require.atLeast("label", label, -1);
        Require.between("variants", variants, 1, 1000);
        Require.text("folder", folder);
    }

    /** The same with other addresses of its files; see {@link Recipe#located}. */
    EditRecipe located(BinaryOperator<String> address) {
        return new EditRecipe(
                address.apply("edit.image", image),
                address.apply("edit.mask", mask),
                offset,
                fit,
                label,
                variants,
                address.apply("edit.folder", folder));
    }
}
