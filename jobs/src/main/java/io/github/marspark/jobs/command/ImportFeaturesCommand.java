package io.github.marspark.jobs.command;

import io.github.marspark.data.inception.InceptionFile;
import io.github.marspark.data.weights.NamedTensors;
import io.github.marspark.data.weights.NetworkWeights;
import io.github.marspark.data.weights.NonFiniteValues;
import io.github.marspark.data.weights.Shape;
import io.github.marspark.data.weights.WeightImport;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.files.MadeFolder;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.recipe.UsageException;
import io.github.marspark.model.inception.InceptionNetwork;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Takes the published weights of the network that FID is computed with. */
public final class ImportFeaturesCommand implements Command {
    private static final String TO = "to=";
    private static final String FOLDER = "out/inception";

    @Override
    public String name() {
        return "import-features";
    }

    @Override
    public String summary() {
        return "takes the published Inception network, by whose features FID is computed";
    }

    @Override
    public String help() {
        return """
                usage: ./mar import-features FILE [to=FOLDER]

                  FILE       pt_inception-2015-12-05-6726825d.pth, as the releases of pytorch-fid have it, or
                             weights-inception-2015-12-05-6726825d.pth of torch-fidelity's, which is the same;
                             torch keeps such files in ~/.cache/torch/hub/checkpoints
                  to=FOLDER  where the checked network is written, %s if it is not given;
                             evaluate.inception names it to ./mar evaluate
                """.formatted(FOLDER);
    }

    @Override
    public void run(List<String> arguments, PrintStream out) {
        List<String> files =
                arguments.stream().filter(word -> !word.startsWith(TO)).toList();
        if (files.size() != 1 || files.get(0).startsWith("-")) {
            throw new UsageException(
                    "import-features takes one file of weights; ./mar help import-features explains it");
        }
        String folder = arguments.stream()
                .filter(word -> word.startsWith(TO))
                .map(word -> word.substring(TO.length()))
                .findFirst()
                .orElse(FOLDER);
        FileStore store = FileStore.at(folder);
        requireOurs(store);
        Lease.during(store, Product.FEATURES, name(), out, lease -> write(Path.of(files.get(0)), store, out));
    }

    private static void requireOurs(FileStore store) {
        MadeFolder.requireNothingElse(store, Product.FEATURES, InceptionFile.NAME::equals);
    }

    private static String write(Path file, FileStore store, PrintStream out) {
        requireOurs(store); // another job may have been there
        InceptionFile network = new InceptionFile(read(file, out));
        store.replace(InceptionFile.NAME, network::write);
        out.printf(
                "Inception network %.12s with %,d values in %s%n",
                network.fingerprint(), network.values().length(), store.path());
        return network.fingerprint();
    }

    private static INDArray read(Path file, PrintStream out) {
        Map<String, Shape> expected = NetworkWeights.shapesOf(InceptionNetwork.layout());
        try (WeightImport weights = WeightImport.open(file, List.of())) {
            NamedTensors tensors = weights.take(weights.place(expected.keySet(), Optional.empty()), expected);
            weights.finish().forEach(note -> out.printf("%s: %s%n", file, note));
            INDArray values = NetworkWeights.read(tensors, InceptionNetwork.layout());
            requireFinite(file, values);
            return values;
        }
    }

    private static void requireFinite(Path file, INDArray values) {
        NonFiniteValues found =
                NonFiniteValues.of(new NetworkWeights(file.toString(), InceptionNetwork.layout(), values));
        if (!found.isEmpty()) {
            throw new IllegalArgumentException("%s has %s; download it again".formatted(file, found));
        }
    }
}
