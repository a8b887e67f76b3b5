/** Drawing images with a trained network. */
@NullMarked
package io.github.marspark.jobs.sample;

import org.jspecify.annotations.NullMarked;
