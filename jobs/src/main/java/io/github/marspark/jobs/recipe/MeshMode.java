package io.github.marspark.jobs.recipe;

/** Who sends a change on to whom. */
public enum MeshMode {
    /** The driver, to every executor. */
    PLAIN,
    /** Executors too, along a tree whose root is the driver. */
    MESH
}
