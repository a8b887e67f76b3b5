package io.github.marspark.jobs.recipe;

/** How drawn images are kept. */
public enum SampleOutput {
    /** PNG files, a folder a class. */
    PNG,
    /** Tar files of PNG files with their labels, as WebDataset reads them. */
    WEBDATASET,
    /** Parquet files of ids, labels and the bytes of PNG files. */
    PARQUET
}
