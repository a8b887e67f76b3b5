package io.github.marspark.jobs.evaluation;

import io.github.marspark.data.image.RgbImage;
import io.github.marspark.data.inception.InceptionFile;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.FileStore.LocalFile;
import io.github.marspark.model.inception.InceptionFeatures;
import io.github.marspark.model.inception.InceptionInput;
import io.github.marspark.model.inception.InceptionNetwork;
import io.github.marspark.model.tensor.Kernels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The Inception network of 2015, whose weights every process reads once. */
final class InceptionEye implements FeatureNetwork {
    private static final AtomicReference<@Nullable Opened> OPENED = new AtomicReference<>();

    private final String folder;
    private final String fingerprint;

    private record Opened(String fingerprint, InceptionNetwork network) {}

    private InceptionEye(String folder, String fingerprint) {
        this.folder = folder;
        this.fingerprint = fingerprint;
    }

    /**
     * The network in a folder.
     *
     * @param folder that {@code ./mar import-features} wrote
     * @throws IllegalStateException if there is none
     * @throws UncheckedIOException if it is damaged
     */
    static InceptionEye of(String folder) {
        Opened opened = read(folder);
        OPENED.set(opened);
        return new InceptionEye(folder, opened.fingerprint);
    }

    private static Opened read(String folder) {
        FileStore store = FileStore.at(folder);
        if (!store.exists(InceptionFile.NAME)) {
            throw new IllegalStateException(
                    "%s holds no Inception network; ./mar import-features FILE writes it there, evaluate.inception= names another folder, and evaluate.features=classifier needs none"
                            .formatted(store.path()));
        }
        try (LocalFile file = store.local(InceptionFile.NAME)) {
            InceptionFile read = InceptionFile.read(file.path());
            return new Opened(read.fingerprint(), new InceptionNetwork(read.values()));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s cannot be read: %s".formatted(store.path(InceptionFile.NAME), e.getMessage()), e);
        }
    }

    @Override
    public Eye open(Kernels kernels) {
        InceptionNetwork network = opened();
        return images -> {
            float[] levels = new float[images.size() * InceptionInput.VALUES];
            for (int i = 0; i < images.size(); i++) {
                RgbImage image = images.get(i);
                InceptionInput.resize(
                        image.samples(), image.height(), image.width(), levels, i * InceptionInput.VALUES);
            }
            InceptionFeatures seen = network.evaluate(kernels, levels);
            return new Seen(seen.pooled(), seen.unbiasedLogits());
        };
    }

    private InceptionNetwork opened() {
        synchronized (OPENED) {
            Opened opened = OPENED.get();
            if (opened == null || !opened.fingerprint.equals(fingerprint)) {
                opened = read(folder);
                OPENED.set(opened);
            }
            if (!opened.fingerprint.equals(fingerprint)) {
                throw new IllegalStateException(
                        "%s holds another network than when the job began; start the job again".formatted(folder));
            }
            return opened.network;
        }
    }

    @Override
    public String distance() {
        return "FID";
    }

    @Override
    public String score() {
        return "Inception score";
    }

    @Override
    public String features() {
        return "the Inception network of 2015";
    }

    @Override
    public int dimension() {
        return InceptionFeatures.DIMENSION;
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public List<String> classes() {
        return List.of();
    }

    @Override
    public Optional<String> remark() {
        return Optional.empty();
    }
}
