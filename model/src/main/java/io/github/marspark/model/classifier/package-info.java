/** A small classifier that is trained on the collection itself, by which samples are judged without a download. */
@NullMarked
package io.github.marspark.model.classifier;

import org.jspecify.annotations.NullMarked;
