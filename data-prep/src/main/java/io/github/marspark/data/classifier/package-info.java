/** A classifier that was trained on a collection, as a file. */
@NullMarked
package io.github.marspark.data.classifier;

import org.jspecify.annotations.NullMarked;
