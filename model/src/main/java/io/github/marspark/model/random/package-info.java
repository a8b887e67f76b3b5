/** Random numbers as a function of seed, purpose, step and sample, never of threads, batches or clocks. */
@NullMarked
package io.github.marspark.model.random;

import org.jspecify.annotations.NullMarked;
