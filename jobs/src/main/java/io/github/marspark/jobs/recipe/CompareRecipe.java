package io.github.marspark.jobs.recipe;

import java.util.List;

/**
 * How the article's systems are compared.
 *
 * @param rows numbers of the rows of the table to be made, all when empty
 * @param perClass images drawn of each class and judged
 * @param codes of the quantised tokenizer
 * @param latentChannels numbers at each place of the quantised tokenizer's latent image
 */
public record CompareRecipe(
        @Describe(value = "rows of the table to be made, such as [1, 7]; all when empty", byDefault = "[]")
        List<Integer> rows,

        @Describe(value = "images of each class that are drawn and judged", unit = "images", byDefault = "100")
        int perClass,

        @Describe(value = "codes of the quantised tokenizer", unit = "codes", byDefault = "256")
        int codes,

        @Describe(
                value = "numbers at each place of the quantised tokenizer's latent image",
                unit = "channels",
                byDefault = "8")
        int latentChannels) {
    /** How many rows the article's table has. */
    public static final int ROWS = 8;

    /** Checks each value. */
    public CompareRecipe {
        rows = List.copyOf(rows);
        for (int row : rows) {
            Require.between("rows", row, 1, ROWS);
        }
        Require.atLeast("per-class", perClass, 1);
        Require.atLeast("codes", codes, 2);
        Require.atLeast("latent-channels", latentChannels, 1);
    }
}
