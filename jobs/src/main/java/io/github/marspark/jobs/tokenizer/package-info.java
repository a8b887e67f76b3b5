/** Training the autoencoder between images and latents. */
@NullMarked
package io.github.marspark.jobs.tokenizer;

import org.jspecify.annotations.NullMarked;
