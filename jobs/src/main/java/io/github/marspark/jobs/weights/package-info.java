/** Weights in and out of the reference's file formats. */
@NullMarked
package io.github.marspark.jobs.weights;

import org.jspecify.annotations.NullMarked;
