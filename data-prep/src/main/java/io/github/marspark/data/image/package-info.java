/** Image files in, square crops out; and the pictures that jobs leave behind. */
@NullMarked
package io.github.marspark.data.image;

import org.jspecify.annotations.NullMarked;
