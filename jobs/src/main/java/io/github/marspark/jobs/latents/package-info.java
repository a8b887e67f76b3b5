/** Encoded images as a training finds them: where each record lies, and those that one executor needs. */
@NullMarked
package io.github.marspark.jobs.latents;

import org.jspecify.annotations.NullMarked;
