/** What predictions cost, whatever they predict. */
@NullMarked
package io.github.marspark.model.loss;

import org.jspecify.annotations.NullMarked;
