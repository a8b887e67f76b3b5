/** Files on any file system that Hadoop knows. */
@NullMarked
package io.github.marspark.jobs.files;

import org.jspecify.annotations.NullMarked;
