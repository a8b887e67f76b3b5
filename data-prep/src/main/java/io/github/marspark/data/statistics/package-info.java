/** Files of the mean and covariance of features, as published references are. */
@NullMarked
package io.github.marspark.data.statistics;

import org.jspecify.annotations.NullMarked;
