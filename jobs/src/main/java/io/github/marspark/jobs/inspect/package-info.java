/** Looks into the files that the jobs write, and says what they hold. */
@NullMarked
package io.github.marspark.jobs.inspect;

import org.jspecify.annotations.NullMarked;
