/** Collections of images, whatever they lie in: listed, named, labelled and read; driver and executors. */
@NullMarked
package io.github.marspark.jobs.images;

import org.jspecify.annotations.NullMarked;
