package io.github.marspark.jobs.files;

import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right of one job to write into a folder: a file in it that says who writes, renewed while the job runs and gone when
 * it ends. A second job is refused and told who writes; one that comes after a job that died takes its place.
 */
public final class Lease implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);
    private static final String TICKET = "mar.lease";
    private static final ThreadLocal<@Nullable Lease> CURRENT = new ThreadLocal<>();

    /** Behind Spark's end, before the end of the file systems. */
    private static final int HOOK_PRIORITY = FileSystem.SHUTDOWN_HOOK_PRIORITY + 10;

    private final LeaseFiles files;
    private final LeasePace pace;
    private final boolean madeFolder;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicReference<@Nullable IllegalStateException> loss = new AtomicReference<>();
    private final AtomicReference<@Nullable SparkContext> spark = new AtomicReference<>();
    private final Thread renewal = new Thread(this::renew, "lease");
    private final Runnable hook = this::release;
    private LeaseNote note;
    private int number;
    private long renewedNanos = System.nanoTime();

    private Lease(LeaseFiles files, LeasePace pace, boolean madeFolder, LeaseNote note, int number) {
        this.files = files;
        this.pace = pace;
        this.madeFolder = madeFolder;
        this.note = note;
        this.number = number;
        renewal.setDaemon(true);
    }

    /**
     * Does what writes into a folder while nobody else may.
     *
     * @param folder that is written
     * @param product of the job
     * @param job its name
     * @param out where a person reads whose place was taken
     * @param work is given the lease
     * @return what the work returns
     * @throws IllegalStateException saying who writes into the folder, or that the lease was lost
     */
    public static <T> T during(
            FileStore folder, Product product, String job, PrintStream out, Function<Lease, T> work) {
        return during(LeaseFiles.in(folder), product, job, out, work);
    }

    /**
     * Likewise for a folder that is shown by a rename: the lease lies beside it.
     *
     * @param around where the folder lies
     * @param name of the folder
     */
    public static <T> T duringBeside(
            FileStore around, String name, Product product, String job, PrintStream out, Function<Lease, T> work) {
        return during(LeaseFiles.of(around, name), product, job, out, work);
    }

    private static <T> T during(
            LeaseFiles files, Product product, String job, PrintStream out, Function<Lease, T> work) {
        Lease outer = CURRENT.get();
        try (Lease lease = take(files, product, job, LeasePace.USUAL, out)) {
            CURRENT.set(lease);
            try {
                return work.apply(lease);
            } catch (Exception failure) { // Spark's are checked, and not declared
                lease.requireNotLost(failure);
                throw failure;
            }
        } finally {
            CURRENT.set(outer);
        }
    }

    static Lease take(LeaseFiles files, Product product, String job, LeasePace pace, PrintStream out) {
        boolean makesFolder = !files.folder().exists();
        LeaseClaim claim = new LeaseClaim(files, product, job, pace, out);
        Lease lease = new Lease(files, pace, makesFolder, claim.note(), claim.take());
        try {
            ShutdownHookManager.get().addShutdownHook(lease.hook, HOOK_PRIORITY);
        } catch (IllegalStateException ending) {
            lease.release();
            throw ending;
        }
        lease.renewal.start();
        return lease;
    }

    /** Who writes into a folder now, in words. */
    public static Optional<String> writer(FileStore folder) {
        LeaseFiles files = LeaseFiles.in(folder);
        return files.numbers().stream()
                .findFirst()
                .flatMap(files::read)
                .filter(note -> note.owner().state() != Owner.State.GONE)
                .map(LeaseNote::toString);
    }

    /**
     * Ends Spark's work when the lease is lost, and lets its tasks know of the lease.
     *
     * @param context in which the work is done, by the calling thread
     */
    public void watchOver(SparkContext context) {
        context.setLocalProperty(TICKET, ticket().toText());
        spark.set(context);
    }

    /**
     * Looks whether the job that this thread works for may still write, in a task of Spark or on the driver; to be called
     * before something is shown under its name. Where no lease was taken it does nothing.
     *
     * @throws IllegalStateException if it may not
     */
    public static void requireHeldByJob() {
        TaskContext task = TaskContext.get();
        String ticket = task == null ? null : task.getLocalProperty(TICKET);
        Lease current = CURRENT.get();
        if (ticket != null) {
            LeaseTicket.parse(ticket).requireHeld();
        } else if (task == null && current != null) {
            current.requireHeld();
        }
    }

    void requireHeld() {
        IllegalStateException lost = loss.get();
        if (lost != null) {
            throw lost;
        }
        ticket().requireHeld();
    }

    /** What no other lease has, to name what is not finished. */
    public synchronized String nonce() {
        return note.nonce();
    }

    private synchronized LeaseTicket ticket() {
        return new LeaseTicket(files.folder().path().toString(), files.name(), number, note.nonce());
    }

    /** That the lease is lost tells more than what broke because of it. */
    private void requireNotLost(Exception failure) {
        IllegalStateException lost = loss.get();
        if (lost != null && lost != failure) {
            lost.addSuppressed(failure);
            throw lost;
        }
    }

    // ---- renewal

    private void renew() {
        try {
            while (!ended.await(pace.renewal().toMillis(), TimeUnit.MILLISECONDS) && loss.get() == null) {
                try {
                    renewOnce();
                } catch (UncheckedIOException unreachable) {
                    LOG.warn("the lease of {} is not renewed: {}", files.address(), unreachable.getMessage());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void renewOnce() {
        if (ended.getCount() == 0) {
            return;
        }
        long looked = System.nanoTime();
        if (files.exists(number + 1)) {
            lose(files.read(number + 1));
        } else if (!files.exists(number)) {
            lose(Optional.empty());
        } else if (files.read(number)
                .filter(found -> !note.isOfSameLease(found))
                .isPresent()) {
            lose(files.read(number)); // where creating a file is not atomic, it is the last writer's
        } else {
            rewrite();
            if (isLongAgo(looked, pace.patience())) {
                lose(Optional.empty()); // somebody may have come, and be gone again
            }
        }
    }

    /** Somebody may have looked on while this process stood still or could not reach the folder. */
    private void rewrite() {
        if (isLongAgo(renewedNanos, pace.patience().dividedBy(2))) {
            begin(number + 1);
        } else {
            note = note.renewed();
            files.rewrite(number, note);
            renewedNanos = System.nanoTime();
        }
    }

    private static boolean isLongAgo(long nanos, Duration span) {
        return System.nanoTime() - nanos > span.toNanos();
    }

    /** A number of its own again, which whoever takes this process for dead wants, too, and only one can have. */
    private void begin(int next) {
        if (!files.take(next, note)) {
            lose(files.read(next));
            return;
        }
        files.deleteUpTo(number);
        number = next;
        renewedNanos = System.nanoTime();
    }

    private void lose(Optional<LeaseNote> successor) {
        loss.set(LeaseTicket.lost(files, successor));
        SparkContext context = spark.get();
        if (context != null) {
            context.cancelAllJobs();
        }
    }

    // ---- end

    @Override
    public void close() {
        SparkContext context = spark.get();
        if (context != null && !context.isStopped()) {
            context.setLocalProperty(TICKET, null);
        }
        release();
        if (!ShutdownHookManager.get().isShutdownInProgress()) {
            ShutdownHookManager.get().removeShutdownHook(hook);
        }
    }

    private synchronized void release() {
        if (ended.getCount() == 0) {
            return;
        }
        ended.countDown();
        try {
            if (files.read(number).filter(note::isOfSameLease).isPresent()) {
                files.deleteUpTo(number);
            }
            if (madeFolder) {
                files.folder().deleteEmpty();
            }
        } catch (UncheckedIOException left) {
            LOG.warn("{}; the next job there takes the lease over", left.getMessage());
        }
    }
}
