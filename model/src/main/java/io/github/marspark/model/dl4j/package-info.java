/** The network as a layer of a DL4J graph. */
@NullMarked
package io.github.marspark.model.dl4j;

import org.jspecify.annotations.NullMarked;
