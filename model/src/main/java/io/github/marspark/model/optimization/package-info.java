/** How parameters move: AdamW, learning rates, clipping by the global norm, moving averages. Steps count from 0. */
@NullMarked
package io.github.marspark.model.optimization;

import org.jspecify.annotations.NullMarked;
