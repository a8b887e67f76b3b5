/** Training by DL4J's parameter server: threshold-encoded changes between executors, asynchronously. */
@NullMarked
package io.github.marspark.jobs.mesh;

import org.jspecify.annotations.NullMarked;
