package io.github.marspark.jobs.inspect;

import io.github.marspark.data.avro.LatentRecord;
import io.github.marspark.data.image.PngFile;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.data.latent.CodeNumbers;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.data.latent.LatentNumbers;
import io.github.marspark.data.latent.LatentReader;
import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.files.MadeFolder;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.files.TokenizerFolder;
import io.github.marspark.jobs.files.TokenizerUse;
import io.github.marspark.model.autoencoder.Autoencoder;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/** Draws the images of latents back, so that a person can see that they are right. */
public final class LatentPictures {
    private final FileStore store;
    private final List<String> files;

    public LatentPictures(FileStore store, List<String> files) {
        this.store = store;
        this.files = files;
    }

    /**
     * Draws the first records' images, each from the means of its latent, or from its ids.
     *
     * @param count how many
     * @param address of the tokenizer
     * @param target folder of this machine
     * @throws IllegalStateException if the tokenizer is not theirs, or the folder holds something
     */
    public void draw(int count, String address, String target, PrintStream out) {
        Tokenizer tokenizer = TokenizerFolder.open(address);
        LatentHeader header = LatentSummary.header(store, files.get(0));
        new TokenizerUse(store.path(files.get(0)) + " was encoded by tokenizer", header.tokenizer())
                .requireSame(
                        new TokenizerUse(address + " is", tokenizer.identity()),
                        "give the one that encoded it",
                        IllegalStateException::new);
        Path folder = Storage.here("out", target);
        FileStore drawings = FileStore.at(folder.toAbsolutePath().toUri().toString());
        MadeFolder.requireNothingElse(drawings, Product.EVERYTHING, name -> false);
        int drawn = Lease.during(drawings, Product.EVERYTHING, "inspect", out, lease -> draw(count, tokenizer, folder));
        out.printf("%d images drawn into %s%n", drawn, folder);
    }

    private int draw(int count, Tokenizer tokenizer, Path folder) {
        Kernels kernels = new CpuKernels(Threads.all());
        int[] drawn = {0};
        for (String file : files) {
            if (drawn[0] == count) {
                break;
            }
            LatentSummary.read(store, file, reader -> {
                drawn[0] += draw(reader, count - drawn[0], drawn[0], tokenizer, kernels, folder);
            });
        }
        return drawn[0];
    }

    private static int draw(
            LatentReader reader, int most, int first, Tokenizer tokenizer, Kernels kernels, Path folder) {
        Iterator<LatentRecord> records = reader.iterator();
        int drawn = 0;
        while (drawn < most && records.hasNext()) {
            LatentRecord record = records.next();
            int side = reader.header().imageSize();
            Autoencoder autoencoder = tokenizer.autoencoder(kernels);
            float[] latents = latents(record, reader.header(), autoencoder); // (Z, h, w)
            float[] pixels = autoencoder.decode(kernels, latents, side, side); // (C, H, W)
            PngFile.write(
                    RgbImage.fromNormalized(pixels, side, side),
                    folder.resolve("%05d-label-%d.png".formatted(first + drawn, record.getLabel())));
            drawn++;
        }
        return drawn;
    }

    private static float[] latents(LatentRecord record, LatentHeader header, Autoencoder autoencoder) {
        if (record.getCodes() != null) {
            int[] ids = CodeNumbers.unpack(record.getCodes(), header.codes());
            return autoencoder.codebook().latents(ids, ids.length);
        }
        return header.distribution().means(LatentNumbers.unpack(record.getMoments(), record.getNumberType()));
    }
}
