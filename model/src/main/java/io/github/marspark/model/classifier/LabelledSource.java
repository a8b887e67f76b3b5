package io.github.marspark.model.classifier;

import io.github.marspark.model.autoencoder.ImageSource;

/** Images of one size and their classes, by number. Called by one thread. */
public interface LabelledSource extends ImageSource {
    /** The class of an image, from 0. */
    int label(int index);
}
