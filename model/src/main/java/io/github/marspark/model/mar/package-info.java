/** The masked autoregressive network, its training step and its generation loop. */
@NullMarked
package io.github.marspark.model.mar;

import org.jspecify.annotations.NullMarked;
