/** The diffusion of one token: noise schedules, respacing, the training loss and ancestral sampling. */
@NullMarked
package io.github.marspark.model.diffusion;

import org.jspecify.annotations.NullMarked;
