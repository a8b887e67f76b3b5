/** Measurements of how fast and how large the program is on the machine it runs on. */
@NullMarked
package io.github.marspark.jobs.bench;

import org.jspecify.annotations.NullMarked;
