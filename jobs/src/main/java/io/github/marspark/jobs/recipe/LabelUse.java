package io.github.marspark.jobs.recipe;

/** What the labels of images are to the network. */
public enum LabelUse {
    /** The network learns classes: where no image has a label, or half of the classes have none, something is wrong. */
    REQUIRED,
    /** Classes may have no images, and images no labels, as long as some have. */
    PARTIAL,
    /** The network learns images without classes; labels that are there are not looked at. */
    NONE
}
