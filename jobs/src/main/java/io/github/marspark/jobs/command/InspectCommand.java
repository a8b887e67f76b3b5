package io.github.marspark.jobs.command;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.encode.WrittenLatents;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.inspect.Description;
import io.github.marspark.jobs.inspect.LatentPictures;
import io.github.marspark.jobs.inspect.LatentSummary;
import io.github.marspark.jobs.inspect.ManifestCheck;
import io.github.marspark.jobs.inspect.SeenFile;
import io.github.marspark.jobs.latents.LatentManifest;
import io.github.marspark.jobs.recipe.UsageException;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;

/** Says what a file or folder of this program holds, and draws encoded images back. */
public final class InspectCommand implements Command {
    static final String LATENTS = ".avro";

    @Override
    public String name() {
        return "inspect";
    }

    @Override
    public String summary() {
        return "says what latents, a tokenizer or a checkpoint hold";
    }

    @Override
    public String help() {
        return """
                usage: ./mar inspect PATH [--decode N tokenizer=FOLDER [out=FOLDER]]

                PATH is a file of latents, a folder of them, a tokenizer's folder, a checkpoint, or a folder of checkpoints.
                Prints what it is, counts, shapes, labels, fingerprints, ranges of values and the first records.

                  --decode N          draws the first N records' images back as PNG files
                  tokenizer=FOLDER    the tokenizer that encoded them
                  out=FOLDER          where the images go, ./inspect if it is not given; must be empty or new
                """;
    }

    @Override
    public void run(List<String> arguments, PrintStream out) {
        InspectArguments given = InspectArguments.parse(arguments);
        Path path = new Path(given.path());
        FileStore inside = FileStore.at(given.path());
        List<String> names = inside.names();
        if (given.path().endsWith(LATENTS) && names.equals(List.of(path.getName()))) {
            Path parent = inside.path().getParent();
            latents(FileStore.at(parent.toString()), names, given, file -> {}, out);
        } else if (names.stream().anyMatch(name -> name.endsWith(LATENTS))) {
            folder(inside, names, given, out);
        } else {
            given.requireNoPictures(inside.path());
            describeOther(inside, names, out);
        }
    }

    private static void folder(FileStore inside, List<String> names, InspectArguments given, PrintStream out) {
        String encoding = WrittenLatents.compare(inside.path().toString());
        List<String> files =
                names.stream().filter(name -> name.endsWith(LATENTS)).toList();
        if (names.contains(LatentManifest.NAME)) {
            ManifestCheck manifest = ManifestCheck.of(inside);
            latents(inside, files, given, manifest::see, out);
            out.println("encoding       " + encoding);
            manifest.print(out);
        } else {
            latents(inside, files, given, file -> {}, out);
            out.println("encoding       " + encoding);
        }
    }

    private static void latents(
            FileStore store, List<String> files, InspectArguments given, Consumer<SeenFile> each, PrintStream out) {
        LatentSummary.of(store, files, each).print(store, files, out);
        if (given.pictures() > 0) {
            new LatentPictures(store, files).draw(given.pictures(), given.tokenizer(), given.out(), out);
        }
    }

    private static void describeOther(FileStore inside, List<String> names, PrintStream out) {
        if (names.contains(Tokenizer.DESCRIPTION)) {
            Description.ofTokenizer(inside, out);
        } else if (names.contains(CheckpointFolder.MANIFEST)) {
            Description.ofCheckpoint(inside.path(), out);
        } else if (!new CheckpointFolder(inside.path().toString()).steps().isEmpty()) {
            Description.ofCheckpoints(inside.path(), out);
        } else if (names.isEmpty()) {
            throw new IllegalStateException(
                    inside.path() + " is empty or does not exist; give a path that a job wrote");
        } else {
            throw new IllegalStateException(
                    "%s holds no latents (*%s), no tokenizer (%s) and no checkpoint (%s), but %s and so on; give a path that a job wrote"
                            .formatted(
                                    inside.path(),
                                    LATENTS,
                                    Tokenizer.DESCRIPTION,
                                    CheckpointFolder.MANIFEST,
                                    names.get(0)));
        }
    }

    /** Refuses words that nobody understands. */
    static UsageException notUnderstood(String word) {
        return new UsageException("inspect does not understand '%s'; ./mar help inspect explains it".formatted(word));
    }
}
