package io.github.marspark.jobs.recipe;

/** How a collection of images lies on its file system. */
public enum ImageLayout {
    /** Image files in one folder for each class, or in a single folder without classes. */
    FOLDERS,
    /** Parquet files with a column of images, and perhaps one of labels. */
    PARQUET,
    /** Tar files in the layout of WebDataset: {@code key.jpg} beside {@code key.cls} or {@code key.json}. */
    TAR,
    /** IDX files of the MNIST family, plain or gzipped: images, and perhaps labels. */
    IDX
}
