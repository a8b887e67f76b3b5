package io.github.marspark.jobs.encode;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.files.TokenizerFolder;
import io.github.marspark.jobs.files.TokenizerUse;
import io.github.marspark.jobs.runtime.Device;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Encoders over a trained tokenizer, whose weights every process reads once. */
public final class TokenizerEncoders implements EncoderSource {
    private static final AtomicReference<@Nullable Tokenizer> OPENED = new AtomicReference<>();

    private final String folder;
    private final int imageSize;
    private final LatentSpace space;

    private TokenizerEncoders(String folder, int imageSize, LatentSpace space) {
        this.folder = folder;
        this.imageSize = imageSize;
        this.space = space;
    }

    /**
     * Looks at a tokenizer.
     *
     * @param folder that {@code train-tokenizer} wrote
     * @param imageSize side of the images, in pixels
     * @throws IllegalArgumentException if the tokenizer cannot take images of that side
     * @throws UncheckedIOException if there is none
     */
    public static TokenizerEncoders of(String folder, int imageSize) {
        Tokenizer tokenizer = TokenizerFolder.open(folder);
        OPENED.set(tokenizer);
        AutoencoderConfig config = tokenizer.config();
        if (imageSize % config.stride() != 0) {
            throw new IllegalArgumentException(
                    "data.image-size is %d, but the tokenizer in %s takes multiples of %d pixels; choose another of the two"
                            .formatted(imageSize, folder, config.stride()));
        }
        return new TokenizerEncoders(
                folder,
                imageSize,
                new LatentSpace(
                        tokenizer.fingerprint(),
                        tokenizer.scale(),
                        config.latentChannels(),
                        imageSize / config.stride(),
                        config.codes()));
    }

    @Override
    public LatentSpace space() {
        return space;
    }

    @Override
    public ImageEncoder open(int threads) {
        Kernels kernels = Device.choose(new Threads(threads)).kernels();
        return new PiecewiseEncoder(tokenizer().autoencoder(kernels), kernels, imageSize);
    }

    private Tokenizer tokenizer() {
        synchronized (OPENED) {
            Tokenizer opened = OPENED.get();
            if (opened == null || atTheBeginning().differenceFrom(now(opened)).isPresent()) {
                opened = TokenizerFolder.open(folder);
                OPENED.set(opened);
            }
            atTheBeginning().requireSame(now(opened), "start the job again", IllegalStateException::new);
            return opened;
        }
    }

    private TokenizerUse atTheBeginning() {
        return new TokenizerUse("when the job began %s held tokenizer".formatted(folder), space.tokenizer());
    }

    private static TokenizerUse now(Tokenizer opened) {
        return new TokenizerUse("it holds now", opened.identity());
    }
}
