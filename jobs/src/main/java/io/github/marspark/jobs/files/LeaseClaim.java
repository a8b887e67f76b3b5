package io.github.marspark.jobs.files;

import java.io.PrintStream;
import java.time.Duration;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The way to a lease: nobody has it, or its owner has died. That an owner of this machine has died the kernel says; of
 * another machine, that its lease was not renewed for as long as this process has looked at it, by this process's own
 * clock alone.
 *
 * <p>Two that come at once make files of different numbers only if one of them looked before an owner left; so each, once
 * it has made its own, looks whether there is another, and withdraws if there is. At least the later of the two sees it.
 */
final class LeaseClaim {
    private final LeaseFiles files;
    private final Product product;
    private final LeasePace pace;
    private final PrintStream out;
    private final LeaseNote own;

    LeaseClaim(LeaseFiles files, Product product, String job, LeasePace pace, PrintStream out) {
        this.files = files;
        this.product = product;
        this.pace = pace;
        this.out = out;
        this.own = LeaseNote.of(job);
    }

    LeaseNote note() {
        return own;
    }

    /**
     * Takes the lease.
     *
     * @return its number
     * @throws IllegalStateException saying who writes into the folder
     */
    int take() {
        while (true) {
            NavigableMap<Integer, Optional<LeaseNote>> before = notes();
            int last = before.isEmpty() ? 0 : before.lastKey();
            Optional<LeaseNote> dead = before.isEmpty() ? Optional.empty() : requireDead(last);
            if (!before.isEmpty() && !files.exists(last)) {
                continue; // it was given back meanwhile
            }
            dead.ifPresent(note -> before.put(last, dead));
            if (files.take(last + 1, own)) {
                if (isAlone(last + 1, before)) {
                    dead.ifPresent(this::tellSuccession);
                    files.deleteUpTo(last);
                    return last + 1;
                }
                withdraw(last + 1);
            }
        }
    }

    /** What another process has written over it is the other's. */
    private void withdraw(int number) {
        if (isSame(number, Optional.of(own))) {
            files.delete(number);
        }
    }

    private NavigableMap<Integer, Optional<LeaseNote>> notes() {
        NavigableMap<Integer, Optional<LeaseNote>> notes = new TreeMap<>();
        files.numbers().forEach(number -> notes.put(number, files.read(number)));
        return notes;
    }

    /** Whether there is nothing but what was there before, of whom the last was found dead. */
    private boolean isAlone(int number, NavigableMap<Integer, Optional<LeaseNote>> before) {
        return isSame(number, Optional.of(own))
                && files.numbers().stream()
                        .filter(other -> other != number)
                        .allMatch(other ->
                                before.containsKey(other) && isSame(other, Objects.requireNonNull(before.get(other))));
    }

    private boolean isSame(int number, Optional<LeaseNote> before) {
        if (before.isEmpty()) {
            pause(); // who makes one anew has written it by then
        }
        return files.read(number).map(LeaseNote::nonce).equals(before.map(LeaseNote::nonce));
    }

    /** What the lease of a dead owner says; empty if it was given back, or never whole. */
    private Optional<LeaseNote> requireDead(int number) {
        Optional<LeaseNote> first = files.read(number);
        long begin = System.nanoTime();
        boolean told = false;
        while (files.exists(number)) {
            Optional<LeaseNote> now = files.read(number);
            Owner.State state = now.map(note -> note.owner().state()).orElse(Owner.State.UNKNOWN);
            if (state == Owner.State.GONE) {
                return now;
            }
            if (state == Owner.State.RUNS || isRenewed(first, now)) {
                throw refusal(now);
            }
            first = first.or(() -> now);
            Duration watched = Duration.ofNanos(System.nanoTime() - begin);
            if (watched.compareTo(pace.patience()) > 0) {
                return now;
            }
            if (!told && watched.compareTo(pace.glance()) > 0) {
                told = true;
                tellWatch(now);
            }
            pause();
        }
        return Optional.empty();
    }

    private static boolean isRenewed(Optional<LeaseNote> first, Optional<LeaseNote> now) {
        return first.isPresent() && now.isPresent() && !first.equals(now);
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(pace.glance().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the lease of " + address(), e);
        }
    }

    private IllegalStateException refusal(Optional<LeaseNote> writer) {
        return new IllegalStateException(
                "%s is being written by %s; wait for it, end it, or choose another folder by %s="
                        .formatted(address(), named(writer), product.key()));
    }

    private void tellWatch(Optional<LeaseNote> writer) {
        out.printf(
                "%s may be written by %s; waits up to %d s for a sign of life%n",
                address(), named(writer), pace.patience().toSeconds());
    }

    private void tellSuccession(LeaseNote dead) {
        out.printf("%s was left behind by %s, which is gone; goes on in its place%n", Storage.shown(address()), dead);
    }

    private static String named(Optional<LeaseNote> writer) {
        return writer.map(LeaseNote::toString).orElse("another job");
    }

    private String address() {
        return files.address();
    }
}
