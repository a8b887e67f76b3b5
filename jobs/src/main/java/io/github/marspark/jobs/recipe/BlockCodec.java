package io.github.marspark.jobs.recipe;

/** How the blocks of an Avro file are compressed. */
public enum BlockCodec {
    /** Not at all. */
    NONE,
    /** Snappy. */
    SNAPPY,
    /** Zstandard, level 1. */
    ZSTANDARD,
    /** Deflate. */
    DEFLATE
}
