/** Checkpoints of a training: written in shards by the executors, complete or not there, checked when read. */
@NullMarked
package io.github.marspark.jobs.checkpoint;

import org.jspecify.annotations.NullMarked;
