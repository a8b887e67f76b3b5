package io.github.marspark.model.tensor;

import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The processor cores that one network computes on.
 *
 * <p>Work is cut into pieces by the caller and never by the number of threads where the cut could change a sum, so that
 * results do not depend on it. The calling thread takes part; the others watch for work for a moment before they sleep,
 * because the operations of a step follow each other within microseconds. Thread-safe: a caller that finds the others
 * taken does all of its work itself.
 */
public final class Threads {
    /** How long a thread watches before it sleeps: a few times what waking it takes. */
    private static final long WATCH_NANOS = 100_000;

    private static final Cleaner CLEANER = Cleaner.create();

    private final int count;
    private final ReentrantLock taken = new ReentrantLock();
    private final List<Worker> workers = new ArrayList<>();

    /**
     * Uses {@code count} threads, the caller's among them.
     *
     * @throws IllegalArgumentException if {@code count} is below 1
     */
    public Threads(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("threads is " + count + ", must be at least 1");
        }
        this.count = count;
        List<Worker> mine = workers;
        CLEANER.register(this, () -> mine.forEach(Worker::end));
    }

    /** One thread for each processor that the process may use. */
    public static Threads all() {
        return new Threads(Runtime.getRuntime().availableProcessors());
    }

    /** Number of threads. */
    public int count() {
        return count;
    }

    /** A part of the work: indices {@code from} (inclusive) to {@code to} (exclusive). */
    @FunctionalInterface
    public interface Range {
        /** Does the part. */
        void run(int from, int to);
    }

    /**
     * Splits the indices 0 to {@code length} into one range a thread, each a multiple of {@code grain} long except the
     * last, and returns when all are done.
     */
    public void split(int length, int grain, Range work) {
        int grains = (length + grain - 1) / grain;
        int parts = Math.min(count, grains);
        if (parts <= 1 || taken.isHeldByCurrentThread() || !taken.tryLock()) {
            work.run(0, length);
            return;
        }
        try {
            Part[] others = new Part[parts - 1];
            for (int part = 1; part < parts; part++) {
                int from = bound(part, parts, grains, grain, length);
                int to = bound(part + 1, parts, grains, grain, length);
                others[part - 1] = worker(part - 1).give(new Part(work, from, to));
            }
            runAll(work, bound(1, parts, grains, grain, length), others);
        } finally {
            taken.unlock();
        }
    }

    /** Does the first part and waits for the others, also when it fails. */
    private static void runAll(Range work, int end, Part[] others) {
        try {
            work.run(0, end);
        } finally {
            for (Part other : others) {
                other.await();
            }
        }
        for (Part other : others) {
            other.rethrow();
        }
    }

    private static int bound(int part, int parts, int grains, int grain, int length) {
        return (int) Math.min(length, (long) grains * part / parts * grain);
    }

    private Worker worker(int index) {
        if (index == workers.size()) {
            workers.add(Worker.start());
        }
        return workers.get(index);
    }

    /** What one thread was given. */
    private static final class Part {
        private final Range work;
        private final int from;
        private final int to;
        private final Thread caller = Thread.currentThread();
        private @Nullable Throwable failure;
        private volatile boolean done;
        private volatile boolean callerSleeps;

        Part(Range work, int from, int to) {
            this.work = work;
            this.from = from;
            this.to = to;
        }

        void run() {
            try {
                work.run(from, to);
            } catch (RuntimeException | Error e) {
                failure = e;
            }
            done = true;
            if (callerSleeps) {
                LockSupport.unpark(caller);
            }
        }

        void await() {
            long begin = System.nanoTime();
            while (!done) {
                if (System.nanoTime() - begin < WATCH_NANOS) {
                    Thread.onSpinWait();
                } else {
                    callerSleeps = true;
                    if (!done) {
                        LockSupport.park(this);
                    }
                }
            }
        }

        void rethrow() {
            if (failure instanceof RuntimeException cause) {
                throw cause;
            }
            if (failure instanceof Error cause) {
                throw cause;
            }
        }
    }

    /** A thread that does one part after another. */
    private static final class Worker implements Runnable {
        private volatile @Nullable Part part;
        private volatile boolean sleeps;
        private volatile boolean ended;
        private @Nullable Thread thread;

        static Worker start() {
            Worker worker = new Worker();
            Thread thread = new Thread(worker, "kernel");
            thread.setDaemon(true);
            worker.thread = thread;
            thread.start();
            return worker;
        }

        Part give(Part given) {
            part = given;
            if (sleeps) {
                LockSupport.unpark(thread);
            }
            return given;
        }

        void end() {
            ended = true;
            LockSupport.unpark(thread);
        }

        @Override
        public void run() {
            long begin = System.nanoTime();
            while (!ended) {
                Part given = part;
                if (given != null) {
                    part = null;
                    given.run();
                    begin = System.nanoTime();
                } else if (System.nanoTime() - begin < WATCH_NANOS) {
                    Thread.onSpinWait();
                } else {
                    sleep();
                    begin = System.nanoTime();
                }
            }
        }

        private void sleep() {
            sleeps = true;
            if (part == null && !ended) {
                LockSupport.park(this);
            }
            sleeps = false;
        }
    }
}
