package io.github.marspark.jobs.recipe;

/** How the tokenizer's reconstruction is compared with the image. */
public enum ReconstructionLoss {
    /** Mean absolute difference. */
    L1,
    /** Mean squared difference. */
    L2
}
