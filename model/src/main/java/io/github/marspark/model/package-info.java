/** The mathematics of mar-spark: networks, diffusion, optimisation; ND4J and DL4J only, no Spark, no file system. */
@NullMarked
package io.github.marspark.model;

import org.jspecify.annotations.NullMarked;
