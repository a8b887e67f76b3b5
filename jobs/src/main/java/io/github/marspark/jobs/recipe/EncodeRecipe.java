package io.github.marspark.jobs.recipe;

import io.github.marspark.data.avro.NumberType;

/**
 * How latents are written.
 *
 * @param source how the images lie on their file system
 * @param numberType how a number is stored
 * @param codec how blocks are compressed
 * @param shardMegabytes size to which a file grows before the next is begun
 * @param batch images given to the tokenizer at once
 * @param maxMegapixels size above which an image is rejected unread
 * @param maxRejectShare share of rejected images above which the job fails
 * @param duplicates what happens to images whose bytes equal another's
 * @param maxPerClass images taken of each class at most, 0 for all
 */
public record EncodeRecipe(
        @Describe(value = "how the images lie on their file system", byDefault = "folders")
        ImageLayout source,

        @Describe(value = "how a latent number is stored", byDefault = "float16")
        NumberType numberType,

        @Describe(value = "compression of the blocks of an Avro file", byDefault = "snappy")
        BlockCodec codec,

        @Describe(value = "size of an Avro file", unit = "megabytes", byDefault = "256")
        int shardMegabytes,

        @Describe(value = "images given to the tokenizer at once", unit = "images", byDefault = "32")
        int batch,

        @Describe(value = "size above which an image is rejected unread", unit = "megapixels", byDefault = "100")
        double maxMegapixels,

        @Describe(value = "share of rejected images above which the job fails", byDefault = "0.001")
        double maxRejectShare,

        @Describe(value = "what happens to images whose bytes equal another's", byDefault = "keep")
        Duplicates duplicates,

        @Describe(value = "images taken of each class at most; 0 for all", unit = "images", byDefault = "0")
        int maxPerClass) {
    /** Checks each value. */
    public EncodeRecipe {
        Require.atLeast("shard-megabytes", shardMegabytes, 1);
        Require.atLeast("batch", batch, 1);
        Require.positive("max-megapixels", maxMegapixels);
        Require.between("max-reject-share", maxRejectShare, 0, 1);
        Require.atLeast("max-per-class", maxPerClass, 0);
    }

    /**
     * The size above which an image is rejected.
     *
     * @return pixels
     */
    public long maxPixels() {
        return (long) (maxMegapixels * 1e6);
    }
}
