/** Weight files: safetensors read and written, PyTorch checkpoints read, differences named, contents fingerprinted. */
@NullMarked
package io.github.marspark.data.weights;

import org.jspecify.annotations.NullMarked;
