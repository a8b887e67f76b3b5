/** The Inception network of 2015 as a file. */
@NullMarked
package io.github.marspark.data.inception;

import org.jspecify.annotations.NullMarked;
