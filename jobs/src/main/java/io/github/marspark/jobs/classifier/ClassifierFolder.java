package io.github.marspark.jobs.classifier;

import io.github.marspark.data.classifier.TrainedClassifier;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.FileStore.LocalFile;
import io.github.marspark.jobs.files.Lease;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads and writes a classifier on any file system that Hadoop knows. */
public final class ClassifierFolder {
    private ClassifierFolder() {}

    /**
     * Opens a classifier.
     *
     * @param address of its folder
     * @return the classifier, its weights in memory
     * @throws IllegalStateException if there is none
     * @throws UncheckedIOException if it is damaged
     */
    public static TrainedClassifier open(String address) {
        FileStore store = FileStore.at(address);
        if (!store.exists(TrainedClassifier.FILE)) {
            throw new IllegalStateException(
                    "%s holds no classifier; ./mar train-classifier trains one, classifier-folder= names another folder"
                            .formatted(store.path()));
        }
        try (LocalFile file = store.local(TrainedClassifier.FILE)) {
            return TrainedClassifier.read(file.path());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s cannot be read: %s".formatted(store.path(TrainedClassifier.FILE), e.getMessage()), e);
        }
    }

    /**
     * Writes a classifier.
     *
     * @param classifier what to write
     * @param address of its folder, which need not exist
     * @throws UncheckedIOException naming what cannot be written
     */
    public static void save(TrainedClassifier classifier, String address) {
        Lease.requireHeldByJob();
        FileStore.at(address).replace(TrainedClassifier.FILE, classifier::write);
    }
}
