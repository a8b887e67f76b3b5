/** Tokens and which of them are hidden: patches, orders, mask rates, the schedule of generation. */
@NullMarked
package io.github.marspark.model.masking;

import org.jspecify.annotations.NullMarked;
