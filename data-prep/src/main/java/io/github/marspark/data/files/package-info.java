/** Files and folders of this machine that appear under their names only when they are whole. */
@NullMarked
package io.github.marspark.data.files;

import org.jspecify.annotations.NullMarked;
