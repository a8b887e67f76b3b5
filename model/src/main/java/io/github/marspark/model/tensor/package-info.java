/** Matrices, the kernels that compute on them and the tape that differentiates what was computed. */
@NullMarked
package io.github.marspark.model.tensor;

import org.jspecify.annotations.NullMarked;
