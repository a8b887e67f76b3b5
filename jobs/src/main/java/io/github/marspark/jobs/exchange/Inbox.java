package io.github.marspark.jobs.exchange;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What has come from the other ranks and is not used yet. Filled by the network's threads, emptied by the rank's own. */
final class Inbox {
    private static final long POLL_MILLIS = 100;

    /** A step's gradients for the own shard and the count of the others' new chunks. */
    private static final class Round {
        private final List<@Nullable ByteBuffer[]> contributions = new ArrayList<>();
        private final int[] published;
        private boolean reducing;

        @SuppressWarnings("NullAway") // arrays of arrays of what may be null are beyond it
        Round(int chunks, int ranks) {
            for (int chunk = 0; chunk < chunks; chunk++) {
                contributions.add(new @Nullable ByteBuffer[ranks]);
            }
            this.published = new int[ranks];
        }
    }

    private final Sharding sharding;
    private final int rank;
    private final Duration timeout;
    private final Runnable interruption;
    private final Map<Long, Round> rounds = new HashMap<>();
    private final Map<Long, byte[][]> notes = new HashMap<>();
    private @Nullable PeerException failure;
    private int beginning;
    private long waitingNanos;

    /**
     * An empty inbox.
     *
     * @param timeout how long to wait for others
     * @param interruption called while waiting; throws when the wait is to end
     */
    Inbox(Sharding sharding, int rank, Duration timeout, Runnable interruption) {
        this.sharding = sharding;
        this.rank = rank;
        this.timeout = timeout;
        this.interruption = interruption;
    }

    private Round round(long step) {
        return rounds.computeIfAbsent(step, key -> new Round(sharding.chunks(rank), sharding.ranks()));
    }

    synchronized void addContribution(long step, int from, int chunk, ByteBuffer values) {
        @Nullable ByteBuffer[] chunks = round(step).contributions.get(chunk);
        if (chunks[from] != null) {
            throw new IllegalArgumentException("rank %d sent chunk %d of step %d twice".formatted(from, chunk, step));
        }
        chunks[from] = values;
        notifyAll();
    }

    /** The own gradient of a step is complete. */
    synchronized void reduce(long step) {
        round(step).reducing = true;
    }

    /** Whether others' gradients may be added to the own. */
    synchronized boolean isReducing(long step) {
        return round(step).reducing;
    }

    /** A chunk of the own shard has come from rank 0, before the first step. */
    synchronized void addBeginning() {
        beginning++;
        notifyAll();
    }

    synchronized void addPublished(long step, int from) {
        round(step).published[from]++;
        notifyAll();
    }

    synchronized void addNote(long number, int from, byte[] note) {
        notes.computeIfAbsent(number, key -> new byte[sharding.ranks()][])[from] = note;
        notifyAll();
    }

    synchronized void fail(PeerException reason) {
        if (failure == null) {
            failure = reason;
        }
        notifyAll();
    }

    synchronized long waitingNanos() {
        return waitingNanos;
    }

    /** The others' gradients of a chunk of the own shard; the own place is empty. */
    synchronized @Nullable ByteBuffer[] contributions(long step, int chunk, Peers peers) {
        @Nullable ByteBuffer[] chunks = round(step).contributions.get(chunk);
        await(from -> chunks[from] != null, peers, "gradients of step " + step);
        return chunks;
    }

    /** Waits for all chunks of the own shard from rank 0. */
    synchronized void awaitBeginning(Peers peers) {
        await(from -> from != 0 || beginning == sharding.chunks(rank), peers, "first parameters");
    }

    /** Waits for all chunks of the others and forgets the step. */
    synchronized void awaitPublished(long step, Peers peers) {
        int[] published = round(step).published;
        await(from -> published[from] == sharding.chunks(from), peers, parameters(step));
        rounds.remove(step);
    }

    private static String parameters(long step) {
        if (step < NetworkExchange.BEFORE_ALL) {
            return "parameters between two steps";
        }
        return step == NetworkExchange.BEFORE_ALL ? "first parameters" : "parameters after step " + step;
    }

    /** All ranks' notes of a number. */
    synchronized byte[][] notes(long number, String phase, byte[] own, Peers peers) {
        byte[][] all = notes.computeIfAbsent(number, key -> new byte[sharding.ranks()][]);
        all[rank] = own;
        await(from -> all[from] != null, peers, phase);
        notes.remove(number);
        return all;
    }

    private void await(IntPredicate arrived, Peers peers, String what) {
        long begin = System.nanoTime();
        while (true) {
            int[] missing = IntStream.range(0, sharding.ranks())
                    .filter(from -> from != rank && !arrived.test(from))
                    .toArray();
            if (missing.length == 0) {
                break;
            }
            check(missing, peers, what, System.nanoTime() - begin);
            pause();
        }
        waitingNanos += System.nanoTime() - begin;
    }

    private void check(int[] missing, Peers peers, String what, long waited) {
        if (failure != null) {
            throw failure;
        }
        interruption.run();
        Arrays.stream(missing).filter(peers::isGone).findFirst().ifPresent(gone -> {
            throw new PeerException("%s has closed its connection while rank %d waited for its %s"
                    .formatted(peers.name(gone), rank, what));
        });
        if (waited > timeout.toNanos()) {
            throw new PeerException(late(missing, peers::name, what));
        }
    }

    private String late(int[] missing, Function<Integer, String> names, String what) {
        return "rank %d waited %d seconds for the %s of %s; is that executor alive, and can it be reached? The recipe's key train.peer-timeout-seconds sets the time"
                .formatted(
                        rank,
                        timeout.toSeconds(),
                        what,
                        String.join(
                                " and ",
                                Arrays.stream(missing).boxed().map(names).toList()));
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.timedWait(this, POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("rank " + rank + " was interrupted while waiting for its peers", e);
        }
    }
}
