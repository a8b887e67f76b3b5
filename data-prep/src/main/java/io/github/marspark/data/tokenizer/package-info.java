/** The trained autoencoder as a folder of two files. */
@NullMarked
package io.github.marspark.data.tokenizer;

import org.jspecify.annotations.NullMarked;
