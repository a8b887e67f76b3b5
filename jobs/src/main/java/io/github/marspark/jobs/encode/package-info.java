/** Encodes image collections into latent records, resumable and with every image accounted for. */
@NullMarked
package io.github.marspark.jobs.encode;

import org.jspecify.annotations.NullMarked;
