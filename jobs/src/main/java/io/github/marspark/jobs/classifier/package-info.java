/** Training the classifier that images are judged by. */
@NullMarked
package io.github.marspark.jobs.classifier;

import org.jspecify.annotations.NullMarked;
