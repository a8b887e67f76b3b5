/** Editing pictures with a trained network. */
@NullMarked
package io.github.marspark.jobs.edit;

import org.jspecify.annotations.NullMarked;
