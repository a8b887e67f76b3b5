/** Judging images: the features of sets of images, and distances between them. */
@NullMarked
package io.github.marspark.jobs.evaluation;

import org.jspecify.annotations.NullMarked;
