/** How a training tells what it does: reports from rank 0 to the driver, lines, metrics and counters. */
@NullMarked
package io.github.marspark.jobs.progress;

import org.jspecify.annotations.NullMarked;
