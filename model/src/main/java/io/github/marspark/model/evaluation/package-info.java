/** How good images are: distances between the features of two sets of images, in double precision. */
@NullMarked
package io.github.marspark.model.evaluation;

import org.jspecify.annotations.NullMarked;
