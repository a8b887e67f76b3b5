/** The sharded parameter server: executors exchange gradients and parameters over Spark's network layer. */
@NullMarked
package io.github.marspark.jobs.exchange;

import org.jspecify.annotations.NullMarked;
