package io.github.marspark.jobs.encode;

import io.github.marspark.data.avro.NumberType;
import io.github.marspark.data.latent.LatentCodec;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.jobs.recipe.EncodeRecipe;
import java.io.Serializable;
import java.util.List;

/**
 * What an executor has to know to write a latent file.
 *
 * @param folder address of the latents
 * @param classNames in the order of the labels
 * @param imageSize side of the crop, in pixels
 * @param numberType how a number is stored
 * @param codec how blocks are compressed
 * @param batch images given to the tokenizer at once
 * @param maxPixels of an image
 * @param threads that one file may keep busy
 */
record LatentFileSettings(
        String folder,
        List<String> classNames,
        int imageSize,
        NumberType numberType,
        LatentCodec codec,
        int batch,
        long maxPixels,
        int threads)
        implements Serializable {
    static LatentFileSettings of(
            String folder, List<String> classNames, int imageSize, EncodeRecipe recipe, int threads) {
        return new LatentFileSettings(
                folder,
                classNames,
                imageSize,
                recipe.numberType(),
                codec(recipe),
                recipe.batch(),
                recipe.maxPixels(),
                threads);
    }

    private static LatentCodec codec(EncodeRecipe recipe) {
        return switch (recipe.codec()) {
            case NONE -> LatentCodec.NULL;
            case SNAPPY -> LatentCodec.SNAPPY;
            case ZSTANDARD -> LatentCodec.ZSTANDARD;
            case DEFLATE -> LatentCodec.DEFLATE;
        };
    }

    /** What all records have in common. */
    LatentHeader header(LatentSpace space) {
        return new LatentHeader(
                space.fingerprint(),
                space.channels(),
                space.side(),
                space.side(),
                space.scale(),
                numberType,
                imageSize,
                classNames,
                space.codes());
    }
}
