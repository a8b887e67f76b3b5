/** Classes that Avro generates from the schema of the latent records; they may travel in a Spark dataset. */
@NullUnmarked
package io.github.marspark.data.avro;

import org.jspecify.annotations.NullUnmarked;
