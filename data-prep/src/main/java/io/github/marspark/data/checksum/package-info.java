/** Checksums of what is written, to tell it from what is read. */
@NullMarked
package io.github.marspark.data.checksum;

import org.jspecify.annotations.NullMarked;
