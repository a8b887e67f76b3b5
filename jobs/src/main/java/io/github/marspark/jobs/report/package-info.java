/** What a training shows of itself while it runs: a report, TensorBoard's events, metrics of Spark. */
@NullMarked
package io.github.marspark.jobs.report;

import org.jspecify.annotations.NullMarked;
