package io.github.marspark.jobs.command;

import io.github.marspark.data.weights.NamedTensors;
import io.github.marspark.data.weights.NetworkWeights;
import io.github.marspark.model.parameters.ParameterLayout;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A job that takes weights out of a file from elsewhere. */
abstract class ImportingCommand extends WeightCommand {
    /** What the file is, for the help. */
    abstract String fileMeaning();

    /** Keys that only this job has. */
    abstract List<WeightKey> furtherKeys();

    @Override
    final List<WeightKey> ownKeys() {
        return Stream.concat(
                        Stream.of(
                                new WeightKey(WeightKey.FILE, "PATH", fileMeaning()),
                                new WeightKey(
                                        WeightKey.WEIGHTS,
                                        "NAME",
                                        "which weights to take of a file that holds several, by the name before theirs,"
                                                + " such as model_ema"),
                                new WeightKey(
                                        WeightKey.LEAVE_OUT,
                                        "NAME,…",
                                        "tensors to leave out, * for anything; others that are not used are refused"),
                                new WeightKey(
                                        WeightKey.NON_FINITE,
                                        "keep",
                                        "take weights that are not finite numbers, which are refused otherwise")),
                        furtherKeys().stream())
                .toList();
    }

    /** Reads a network's weights, and tells of those that are no numbers. */
    static INDArray read(NamedTensors tensors, ParameterLayout layout, WeightArguments given, PrintStream out) {
        INDArray values = NetworkWeights.read(tensors, layout);
        given.nonFinite(new NetworkWeights(tensors.source(), layout, values))
                .ifPresent(line -> out.printf("%s: %s%n", given.file(), line));
        return values;
    }

    static void tell(Path file, List<String> notes, PrintStream out) {
        notes.forEach(note -> out.printf("%s: %s%n", file, note));
    }
}
