/** How files and weights are told from others: SHA-256. */
@NullMarked
package io.github.marspark.data.checksum;

import org.jspecify.annotations.NullMarked;
