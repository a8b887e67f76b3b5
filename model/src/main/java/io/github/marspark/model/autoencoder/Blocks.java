package io.github.marspark.model.autoencoder;

import io.github.marspark.model.tensor.ConvolutionShape;
import io.github.marspark.model.tensor.Dropout;
import io.github.marspark.model.tensor.GroupNorm;
import io.github.marspark.model.tensor.GroupNorm.Activation;
import io.github.marspark.model.tensor.Sight;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.List;
import java.util.function.Function;

/**
 * What encoder and decoder are made of. A feature map is a matrix {@code (B H W, C)}, a row for each pixel; {@code C}
 * follows from the parameters.
 */
final class Blocks {
    private final Function<String, Variable> parameters;
    private final int groups;

    Blocks(Function<String, Variable> parameters, int groups) {
        this.parameters = parameters;
        this.groups = groups;
    }

    private Variable weight(String name) {
        return parameters.apply(name + ".weight");
    }

    private Variable bias(String name) {
        return parameters.apply(name + ".bias");
    }

    Variable convolution(Tape tape, Variable x, PixelGrid grid, String name) {
        ConvolutionShape shape = ConvolutionShape.same(grid.batch(), grid.height(), grid.width(), 3);
        return tape.convolution(x, shape, weight(name), bias(name));
    }

    /** A convolution of single pixels. */
    Variable linear(Tape tape, Variable x, String name) {
        return tape.linear(x, weight(name), bias(name));
    }

    private Variable norm(Tape tape, Variable x, PixelGrid grid, Activation activation, String name) {
        return tape.groupNorm(x, new GroupNorm(grid.batch(), groups, activation), weight(name), bias(name));
    }

    /** Normalisation, SiLU, 3 x 3 convolution. */
    Variable activated(Tape tape, Variable x, PixelGrid grid, String norm, String convolution) {
        return convolution(tape, norm(tape, x, grid, Activation.SILU, norm), grid, convolution);
    }

    /**
     * Two activated convolutions beside a shortcut.
     *
     * @return {@code (B H W, O)}
     */
    Variable residual(Tape tape, Variable x, PixelGrid grid, String name) {
        return tape.scope(() -> {
            Variable hidden = activated(tape, x, grid, name + ".norm1", name + ".conv1");
            Variable branch = activated(tape, hidden, grid, name + ".norm2", name + ".conv2");
            boolean changesWidth = branch.columns() != x.columns();
            return tape.residual(changesWidth ? linear(tape, x, name + ".nin_shortcut") : x, branch);
        });
    }

    /** Attention with one head of every pixel to all pixels of its image, beside a shortcut. */
    Variable attention(Tape tape, Variable x, PixelGrid grid, String name) {
        return tape.scope(() -> {
            Variable normal = norm(tape, x, grid, Activation.NONE, name + ".norm");
            Variable qkv = tape.join(List.of(
                    linear(tape, normal, name + ".q"),
                    linear(tape, normal, name + ".k"),
                    linear(tape, normal, name + ".v"))); // (B H W, 3 C)
            Variable attended = tape.attention(qkv, grid.batch(), 1, Sight.ALL, Dropout.NONE); // (B H W, C)
            return tape.residual(x, linear(tape, attended, name + ".proj_out"));
        });
    }

    /** Residual block, attention, residual block. */
    Variable middle(Tape tape, Variable x, PixelGrid grid, String name) {
        Variable first = residual(tape, x, grid, name + ".block_1");
        return residual(tape, attention(tape, first, grid, name + ".attn_1"), grid, name + ".block_2");
    }

    /** Half the side: {@code (B H W, C)} to {@code (B H/2 W/2, C)}. */
    Variable downsample(Tape tape, Variable x, PixelGrid grid, String name) {
        ConvolutionShape shape = ConvolutionShape.halving(grid.batch(), grid.height(), grid.width());
        return tape.convolution(x, shape, weight(name + ".conv"), bias(name + ".conv"));
    }

    /** Twice the side: {@code (B H W, C)} to {@code (B 2H 2W, C)}. */
    Variable upsample(Tape tape, Variable x, PixelGrid grid, String name) {
        return tape.scope(() -> convolution(tape, tape.upsample(x, grid.width()), grid.doubled(), name + ".conv"));
    }
}
