/** The Inception network of 2015 whose features the published Fréchet distances (FID) and Inception scores are of. */
@NullMarked
package io.github.marspark.model.inception;

import org.jspecify.annotations.NullMarked;
