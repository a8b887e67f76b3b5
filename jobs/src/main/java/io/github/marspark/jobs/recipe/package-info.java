/** What to train: recipe files in HOCON, bound strictly to validated records. */
@NullMarked
package io.github.marspark.jobs.recipe;

import org.jspecify.annotations.NullMarked;
