package io.github.marspark.jobs.inspect;

import io.github.marspark.data.tokenizer.CodesInUse;
import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.checkpoint.CheckpointException;
import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.checkpoint.CheckpointManifest;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.checkpoint.CheckpointTensor;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.TokenizerFolder;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import java.io.PrintStream;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Says what tokenizers and checkpoints are. */
public final class Description {
    private static final int FIRST = 5;
    private static final Pattern NAME = Pattern.compile("step-(\\d{8,18})");

    private Description() {}

    /** A tokenizer: sizes, weights, scale. */
    public static void ofTokenizer(FileStore folder, PrintStream out) {
        Tokenizer tokenizer = TokenizerFolder.open(folder.path().toString());
        AutoencoderConfig config = tokenizer.config();
        out.printf(
                "%s: a %s autoencoder, stride %d%n",
                folder.path(), config.isQuantised() ? "quantised" : "KL", config.stride());
        out.printf("sizes          %s%n", config);
        out.printf("fingerprint    %s%n", tokenizer.fingerprint());
        out.printf("scale          %s%n", tokenizer.scale());
        if (tokenizer.codesInUse().measured()) {
            CodesInUse inUse = tokenizer.codesInUse();
            out.printf(
                    "codes          %,d of %,d used at %,d places, perplexity %.1f%n",
                    inUse.used(), config.codes(), inUse.places(), inUse.perplexity());
        }
        INDArray weights = tokenizer.values();
        out.printf(
                "weights        %,d, %.4g to %.4g%n",
                weights.length(),
                weights.minNumber().doubleValue(),
                weights.maxNumber().doubleValue());
    }

    /** All checkpoints of a folder in a line each, and the newest in full. */
    public static void ofCheckpoints(Path folder, PrintStream out) {
        List<Long> steps = new CheckpointFolder(folder.toString()).steps();
        out.printf("%s: %d checkpoint%s, of steps %s%n", folder, steps.size(), steps.size() == 1 ? "" : "s", steps);
        ofCheckpoint(new Path(folder, CheckpointFolder.name(steps.get(0))), out);
    }

    /**
     * A checkpoint: what it was trained on, arrays, parts, and whether they are as they were written.
     *
     * @throws CheckpointException if they are not
     */
    public static void ofCheckpoint(Path checkpoint, PrintStream out) {
        Matcher name = NAME.matcher(checkpoint.getName());
        if (!name.matches()) {
            throw new CheckpointException(
                    "%s is not named step- and at least eight digits, as checkpoints are; name it as it was"
                            .formatted(checkpoint));
        }
        CheckpointFolder folder = new CheckpointFolder(checkpoint.getParent().toString());
        long step = Long.parseLong(name.group(1));
        CheckpointManifest manifest = folder.manifest(step);
        out.printf("%s: a checkpoint after %,d steps, by version %s%n", checkpoint, step, manifest.program());
        out.printf("tokenizer      %s%n", manifest.data().tokenizer());
        out.printf(
                "latents        %,d records, scale %s%n",
                manifest.data().records(), manifest.data().latentScale());
        out.printf("fingerprint    %s of the latents%n", manifest.data().fingerprint());
        out.printf(
                "parameters     %,d in %d arrays%n",
                manifest.parameters(), manifest.layout().size());
        manifest.layout().stream().limit(FIRST).forEach(array -> out.printf("  %s %s%n", array.name(), array.shape()));
        manifest.parts().forEach(part -> {
            folder.parts().verify(step, part);
            out.printf("part           %s, %,d bytes, as it was written%n", part.file(), part.bytes());
        });
        CheckpointReader reader = CheckpointReader.at(folder, step);
        for (CheckpointTensor tensor : List.of(CheckpointTensor.PARAMETERS, CheckpointTensor.AVERAGE)) {
            DoubleSummaryStatistics values = reader.summary(tensor);
            out.printf("values         %.4g to %.4g in %s%n", values.getMin(), values.getMax(), tensor.key());
        }
    }
}
