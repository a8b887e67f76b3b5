/** Images in, latent records out: decoding, cropping, the Avro schema, readers and writers; no Spark. */
@NullMarked
package io.github.marspark.data;

import org.jspecify.annotations.NullMarked;
