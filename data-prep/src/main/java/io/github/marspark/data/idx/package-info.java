/** IDX files, the format of the MNIST family, and the Fashion-MNIST test set that ships with the project. */
@NullMarked
package io.github.marspark.data.idx;

import org.jspecify.annotations.NullMarked;
