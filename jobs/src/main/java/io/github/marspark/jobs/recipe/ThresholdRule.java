package io.github.marspark.jobs.recipe;

/** How the threshold is chosen above which a change of a parameter is sent. */
public enum ThresholdRule {
    /** It follows the share of changes that are sent, between a least and a most. */
    ADAPTIVE,
    /** It stays as it begins. */
    FIXED,
    /** It follows the share of changes that are sent, towards the least. */
    TARGET
}
