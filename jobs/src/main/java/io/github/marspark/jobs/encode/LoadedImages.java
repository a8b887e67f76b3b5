package io.github.marspark.jobs.encode;

import io.github.marspark.data.image.ImageRejected;
import io.github.marspark.jobs.encode.LatentFileReport.Reject;
import io.github.marspark.jobs.images.ImageLoader;
import io.github.marspark.jobs.images.ImageLoader.Loaded;
import io.github.marspark.jobs.images.SourceImage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Loads images on other threads, a few ahead of the one who asks, and hands them out in order; on executors. */
final class LoadedImages implements AutoCloseable {
    private final Iterator<SourceImage> sources;
    private final ImageLoader loader;
    private final int ahead;
    private final ExecutorService threads;
    private final Deque<Future<Outcome>> pending = new ArrayDeque<>();
    private final List<Reject> rejects = new ArrayList<>();
    private long taken;

    private record Outcome(@Nullable Loaded image, @Nullable Reject reject) {}

    /**
     * Begins.
     *
     * @param sources in order
     * @param loader of each
     * @param threads that load
     * @param ahead how many images are kept loaded, or being loaded
     */
    LoadedImages(Iterator<SourceImage> sources, ImageLoader loader, int threads, int ahead) {
        this.sources = sources;
        this.loader = loader;
        this.ahead = ahead;
        this.threads = Executors.newFixedThreadPool(threads, LoadedImages::daemon);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "image loader");
        thread.setDaemon(true);
        return thread;
    }

    /** The next usable images, fewer only at the end. */
    List<Loaded> next(int count) {
        List<Loaded> images = new ArrayList<>(count);
        while (images.size() < count && refill()) {
            Outcome outcome = await(pending.remove());
            taken++;
            if (outcome.image() != null) {
                images.add(outcome.image());
            } else if (outcome.reject() != null) {
                rejects.add(outcome.reject());
            }
        }
        refill();
        return images;
    }

    /** How many images were taken from the source, usable or not. */
    long taken() {
        return taken;
    }

    /** Those among them that are not usable. */
    List<Reject> rejects() {
        return List.copyOf(rejects);
    }

    private boolean refill() {
        while (pending.size() < ahead && sources.hasNext()) {
            SourceImage source = sources.next();
            pending.add(threads.submit(() -> load(source)));
        }
        return !pending.isEmpty();
    }

    private Outcome load(SourceImage source) {
        try {
            return new Outcome(loader.load(source), null);
        } catch (ImageRejected rejected) {
            return new Outcome(
                    null,
                    new Reject(
                            source.id(),
                            source.path(),
                            rejected.reason().name(),
                            String.valueOf(rejected.getMessage())));
        }
    }

    private static Outcome await(Future<Outcome> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while images were loaded", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("an image cannot be loaded: " + e.getCause(), e.getCause());
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
