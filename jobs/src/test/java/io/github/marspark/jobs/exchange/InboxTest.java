package io.github.marspark.jobs.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The inbox of rank 1 of 3, whose shards have two chunks. */
@Timeout(60)
class InboxTest {
    private static final int RANK = 1;
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Sharding SHARDING = new Sharding(3L * (Sharding.CHUNK + 1), 3);

    private final AtomicBoolean gone = new AtomicBoolean();
    private final Peers peers = new Peers() {
        @Override
        public String name(int rank) {
            return "rank " + rank;
        }

        @Override
        public boolean isGone(int rank) {
            return gone.get() && rank == 2;
        }
    };

    private static Inbox inbox(Duration timeout) {
        return new Inbox(SHARDING, RANK, timeout, () -> {});
    }

    private static ByteBuffer chunk(int value) {
        return ByteBuffer.wrap(new byte[] {(byte) value});
    }

    @Test
    void gradientsOfAChunkAreThereWhenAllOthersHaveSentTheirs() {
        Inbox inbox = inbox(LONG);
        inbox.addContribution(4, 2, 1, chunk(2));
        CompletableFuture<@Nullable ByteBuffer[]> all =
                CompletableFuture.supplyAsync(() -> inbox.contributions(4, 1, peers));
        inbox.addContribution(4, 0, 0, chunk(7));
        inbox.addContribution(4, 0, 1, chunk(0));
        assertThat(all.join()).containsExactly(chunk(0), null, chunk(2));
    }

    @Test
    void gradientsOfALaterStepWaitForTheirOwn() {
        Inbox inbox = inbox(Duration.ofMillis(200));
        inbox.addContribution(5, 0, 0, chunk(0));
        inbox.addContribution(5, 2, 0, chunk(2));
        assertThatThrownBy(() -> inbox.contributions(4, 0, peers))
                .isInstanceOf(PeerException.class)
                .hasMessage(
                        "rank 1 waited 0 seconds for the gradients of step 4 of rank 0 and rank 2; is that executor alive, and can it be reached? The recipe's key train.peer-timeout-seconds sets the time");
        assertThat(inbox.contributions(5, 0, peers)).containsExactly(chunk(0), null, chunk(2));
    }

    @Test
    void gradientsThatComeTwiceAreRefused() {
        Inbox inbox = inbox(LONG);
        inbox.addContribution(4, 0, 1, chunk(0));
        assertThatThrownBy(() -> inbox.addContribution(4, 0, 1, chunk(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rank 0 sent chunk 1 of step 4 twice");
    }

    @Test
    void othersGradientsAreAddedFromTheMomentOnThatTheOwnAreThere() {
        Inbox inbox = inbox(LONG);
        assertThat(inbox.isReducing(4)).isFalse();
        inbox.reduce(4);
        assertThat(inbox.isReducing(4)).isTrue();
        assertThat(inbox.isReducing(5)).isFalse();
    }

    @Test
    void stepEndsWhenAllChunksOfAllOthersAreThereAndIsForgotten() {
        Inbox inbox = inbox(Duration.ofMillis(200));
        inbox.addContribution(4, 0, 0, chunk(0));
        for (int chunk = 0; chunk < 2; chunk++) {
            inbox.addPublished(4, 0);
            inbox.addPublished(4, 2);
        }
        inbox.awaitPublished(4, peers);
        inbox.addContribution(4, 0, 0, chunk(0)); // of a step that is not known any more
        inbox.addPublished(4, 0);
        assertThatThrownBy(() -> inbox.awaitPublished(4, peers))
                .hasMessageContaining("for the parameters after step 4 of rank 0 and rank 2;");
    }

    @Test
    void beginningIsThereWhenRank0HasSentTheWholeShard() {
        Inbox inbox = inbox(Duration.ofMillis(200));
        inbox.addBeginning();
        assertThatThrownBy(() -> inbox.awaitBeginning(peers))
                .isInstanceOf(PeerException.class)
                .hasMessageContaining("for the first parameters of rank 0;");
        inbox.addBeginning();
        inbox.awaitBeginning(peers);
    }

    @Test
    void notesAreGivenInRankOrderOnce() {
        Inbox inbox = inbox(Duration.ofMillis(200));
        inbox.addNote(8, 2, new byte[] {2});
        inbox.addNote(9, 0, new byte[] {9});
        inbox.addNote(8, 0, new byte[] {0});
        byte[] own = "own".getBytes(StandardCharsets.UTF_8);
        assertThat(inbox.notes(8, "numbers", own, peers)).isDeepEqualTo(new byte[][] {{0}, own, {2}});
        assertThatThrownBy(() -> inbox.notes(9, "numbers of step 3", own, peers))
                .hasMessageContaining("for the numbers of step 3 of rank 2;");
    }

    @Test
    void departedPeerEndsTheWaitUnlessItsPartIsThere() {
        Inbox inbox = inbox(LONG);
        gone.set(true);
        inbox.addContribution(4, 2, 0, chunk(2));
        inbox.addContribution(4, 0, 0, chunk(0));
        assertThat(inbox.contributions(4, 0, peers)).containsExactly(chunk(0), null, chunk(2));
        assertThatThrownBy(() -> inbox.awaitPublished(4, peers))
                .isInstanceOf(PeerException.class)
                .hasMessage("rank 2 has closed its connection while rank 1 waited for its parameters after step 4");
    }

    @Test
    void firstFailureOfASenderEndsTheWait() {
        Inbox inbox = inbox(LONG);
        inbox.fail(new PeerException("rank 2 did not take it"));
        inbox.fail(new PeerException("a later one"));
        assertThatThrownBy(() -> inbox.awaitPublished(0, peers))
                .isInstanceOf(PeerException.class)
                .hasMessage("rank 2 did not take it");
    }

    @Test
    void interruptionOfTheTaskEndsTheWait() {
        Inbox inbox = new Inbox(SHARDING, RANK, LONG, () -> {
            throw new IllegalStateException("the task is to end");
        });
        assertThatThrownBy(() -> inbox.awaitPublished(0, peers))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the task is to end");
    }

    @Test
    void interruptedThreadIsTold() {
        Inbox inbox = inbox(LONG);
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread waiting = new Thread(() -> {
            try {
                inbox.awaitPublished(0, peers);
            } catch (RuntimeException e) {
                ended.complete(e);
            }
        });
        waiting.start();
        waiting.interrupt();
        assertThat(ended.orTimeout(20, TimeUnit.SECONDS).join())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("rank 1 was interrupted while waiting for its peers");
    }

    @Test
    void waitingIsCounted() {
        Inbox inbox = inbox(Duration.ofMillis(200));
        assertThat(inbox.waitingNanos()).isZero();
        inbox.addNote(0, 0, new byte[0]);
        CompletableFuture<Void> late = CompletableFuture.runAsync(
                () -> inbox.addNote(0, 2, new byte[0]), CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS));
        inbox.notes(0, "numbers", new byte[0], peers);
        late.join();
        assertThat(inbox.waitingNanos()).isPositive();
    }
}
