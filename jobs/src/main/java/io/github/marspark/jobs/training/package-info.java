/** The training: synchronous, data-parallel, in a barrier stage of Spark with one task an executor. */
@NullMarked
package io.github.marspark.jobs.training;

import org.jspecify.annotations.NullMarked;
