/** The Spark jobs and the command line; the only module that imports Spark. */
@NullMarked
package io.github.marspark.jobs;

import org.jspecify.annotations.NullMarked;
