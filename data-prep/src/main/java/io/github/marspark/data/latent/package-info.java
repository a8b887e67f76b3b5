/** The files between the tokenizer and the training: latent records in Avro, and the header that says whose they are. */
@NullMarked
package io.github.marspark.data.latent;

import org.jspecify.annotations.NullMarked;
