package io.github.marspark.jobs.checkpoint;

import io.github.marspark.jobs.checkpoint.CheckpointManifest.Data;
import io.github.marspark.jobs.files.TokenizerUse;
import io.github.marspark.jobs.latents.LatentIndex;

/** Whether a checkpoint was trained on the latents of a training. */
public final class DataCheck {
    private DataCheck() {}

    /** What a checkpoint says about latents. */
    public static Data data(LatentIndex latents) {
        return new Data(
                latents.header().tokenizerFingerprint(),
                latents.header().scaleFactor(),
                latents.size(),
                latents.fingerprint());
    }

    /**
     * Compares them.
     *
     * @param reader of the checkpoint
     * @param latents of the training
     * @throws CheckpointException if they are others; of imported weights, if another tokenizer made them
     */
    public static void requireSame(CheckpointReader reader, LatentIndex latents) {
        Data before = reader.manifest().data();
        if (before.areOfAnImport()) {
            requireSameTokenizer(reader, latents);
        } else if (!before.equals(data(latents))) {
            throw new CheckpointException(
                    "%s was trained on %d latents, %s holds %d others; give the latents of then, or another folder with checkpoints=…"
                            .formatted(reader.path(), before.records(), latents.folder(), latents.size()));
        }
    }

    private static void requireSameTokenizer(CheckpointReader reader, LatentIndex latents) {
        new TokenizerUse(
                        reader.path() + " was imported for tokenizer",
                        reader.manifest().data().tokenizerIdentity())
                .requireSame(
                        new TokenizerUse(
                                latents.folder() + " was encoded by",
                                latents.header().tokenizer()),
                        "encode the images with the tokenizer of the import, or import into another folder with checkpoints=…",
                        CheckpointException::new);
    }
}
