/** Learned values: their names, shapes and places in one flat vector, and how they start. */
@NullMarked
package io.github.marspark.model.parameters;

import org.jspecify.annotations.NullMarked;
