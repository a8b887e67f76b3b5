package io.github.marspark.model.mar;

import io.github.marspark.model.tensor.Dropout;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.function.Function;

/**
 * The layers with learned values that all parts of the network are made of. Each shows its output to the tape's observer
 * under its name.
 *
 * @param parameters by name, as the reference names them
 */
record Layers(Function<String, Variable> parameters) {
    Variable parameter(String name) {
        return parameters.apply(name);
    }

    /** The vectors of classes, {@code (B, E)}; that of no class for -1. */
    Variable classes(Tape tape, int[] labels) {
        return tape.pick(parameter("class_emb.weight"), parameter("fake_latent"), labels);
    }

    Variable linear(Tape tape, Variable x, String name) {
        return tape.observe(name, tape.linear(x, parameter(name + ".weight"), parameter(name + ".bias")));
    }

    Variable linearGelu(Tape tape, Variable x, String name, Dropout dropout) {
        return tape.isObserved()
                ? tape.gelu(linear(tape, x, name), dropout)
                : tape.linearGelu(x, parameter(name + ".weight"), parameter(name + ".bias"), dropout);
    }

    Variable linearResidual(Tape tape, Variable x, Variable input, String name, Dropout dropout) {
        return tape.isObserved()
                ? tape.residual(x, linear(tape, input, name), dropout)
                : tape.linearResidual(x, input, parameter(name + ".weight"), parameter(name + ".bias"), dropout);
    }

    Variable layerNorm(Tape tape, Variable x, String name) {
        return tape.observe(name, tape.layerNorm(x, parameter(name + ".weight"), parameter(name + ".bias")));
    }
}
