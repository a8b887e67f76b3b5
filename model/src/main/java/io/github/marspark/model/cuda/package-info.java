/** NVIDIA's driver, compiler and products, bound when the program runs: what kernels of one's own need of a GPU. */
@NullMarked
package io.github.marspark.model.cuda;

import org.jspecify.annotations.NullMarked;
