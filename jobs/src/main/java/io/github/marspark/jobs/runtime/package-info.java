/** What a job runs on: the Spark session, its cluster and devices, and the stage whose tasks begin together. */
@NullMarked
package io.github.marspark.jobs.runtime;

import org.jspecify.annotations.NullMarked;
