/** The KL autoencoder of latent diffusion that turns images into latents and back, and its training. */
@NullMarked
package io.github.marspark.model.autoencoder;

import org.jspecify.annotations.NullMarked;
