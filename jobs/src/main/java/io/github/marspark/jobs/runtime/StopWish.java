package io.github.marspark.jobs.runtime;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the running job does when it is asked to end before its time, by Ctrl-C or by a scheduler's signal. A job that takes
 * the wish ends by itself, with a {@link StoppedException}; driver only, thread-safe.
 */
public final class StopWish implements AutoCloseable {
    private static final AtomicReference<@Nullable StopWish> TAKEN = new AtomicReference<>();

    private final Runnable work;

    private StopWish(Runnable work) {
        this.work = work;
    }

    /**
     * Takes the first wish from now on until this is closed.
     *
     * @param work what is done then, which returns soon
     */
    public static StopWish takenBy(Runnable work) {
        StopWish wish = new StopWish(work);
        TAKEN.set(wish);
        return wish;
    }

    /**
     * Asks the running job to end.
     *
     * @return whether it will by itself; false where no job takes the wish, or one was asked before
     */
    public static boolean express() {
        StopWish wish = TAKEN.getAndSet(null);
        if (wish == null) {
            return false;
        }
        wish.work.run();
        return true;
    }

    @Override
    public void close() {
        TAKEN.compareAndSet(this, null);
    }
}
