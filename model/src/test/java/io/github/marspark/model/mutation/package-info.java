/** Whether the tests can fail: mistakes planted into the module's sources, each of which a test has to catch. */
@NullMarked
package io.github.marspark.model.mutation;

import org.jspecify.annotations.NullMarked;
