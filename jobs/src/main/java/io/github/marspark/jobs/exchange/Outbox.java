package io.github.marspark.jobs.exchange;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.spark.network.buffer.NioManagedBuffer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.jspecify.annotations.Nullable;

/** Sends to one rank, message after message, a few of them under way at once. */
final class Outbox implements AutoCloseable {
    private static final int WINDOW = 4;

    private final String peer;
    private final RunToken token;
    private final TransportClient client;
    private final Duration timeout;
    private final Consumer<PeerException> failed;
    private final Semaphore window = new Semaphore(WINDOW);
    private final AtomicLong bytes = new AtomicLong();
    private final ExecutorService thread;

    Outbox(String peer, RunToken token, TransportClient client, Duration timeout, Consumer<PeerException> failed) {
        this.peer = peer;
        this.token = token;
        this.client = client;
        this.timeout = timeout;
        this.failed = failed;
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread sender = new Thread(task, "sender to " + peer);
            sender.setDaemon(true);
            return sender;
        });
    }

    /** Sends a few bytes later, in order. */
    void send(Message head, byte[] note) {
        ByteBuffer message = head.begin(token, note.length).put(note).flip();
        bytes.addAndGet(message.remaining());
        thread.execute(() -> sendNow(head, receipt -> client.sendRpc(message, receipt)));
    }

    /**
     * Sends a part of a vector later, in order, from the vector's own memory: its numbers must stay as they are until the
     * peer has answered to something that was sent after them.
     */
    void send(Message head, FlatVector vector, long from, int length) {
        bytes.addAndGet(Message.BYTES + (long) length * Float.BYTES);
        thread.execute(() -> {
            ByteBuffer start = head.begin(token, 0).flip();
            NioManagedBuffer numbers = new NioManagedBuffer(vector.bytes(from, length));
            sendNow(head, receipt -> {
                receipt.keep(vector);
                client.uploadStream(new NioManagedBuffer(start), numbers, receipt);
            });
        });
    }

    private void sendNow(Message head, Consumer<Receipt> send) {
        try {
            if (!window.tryAcquire(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new PeerException("%s has not taken the %s of step %d within %d seconds"
                        .formatted(peer, phase(head), head.number(), timeout.toSeconds()));
            }
            send.accept(new Receipt(head));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (PeerException e) {
            failed.accept(e);
        } catch (RuntimeException e) {
            failed.accept(new PeerException("nothing can be sent to " + peer + ": " + e, e));
        }
    }

    private static String phase(Message head) {
        return head.kind().name().toLowerCase(Locale.ROOT);
    }

    /** Bytes that were given to be sent. */
    long bytes() {
        return bytes.get();
    }

    boolean isGone() {
        return !client.isActive();
    }

    /** Waits a little for what is under way, then closes the connection. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (thread.awaitTermination(1, TimeUnit.SECONDS) && client.isActive()) {
                boolean received = window.tryAcquire(WINDOW, 1, TimeUnit.SECONDS);
                if (received) {
                    window.release(WINDOW);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.shutdownNow();
        client.close();
    }

    /** The peer has taken a message, or not; until then, what is sent from is kept alive. */
    private final class Receipt implements RpcResponseCallback {
        private final Message head;
        private volatile @Nullable FlatVector sent;

        Receipt(Message head) {
            this.head = head;
        }

        void keep(FlatVector vector) {
            sent = vector;
        }

        private void answered() {
            try {
                window.release();
            } finally {
                Reference.reachabilityFence(sent);
            }
        }

        @Override
        public void onSuccess(ByteBuffer response) {
            answered();
        }

        @Override
        public void onFailure(Throwable reason) {
            answered();
            failed.accept(new PeerException(
                    "%s did not take the %s of step %d: %s"
                            .formatted(peer, phase(head), head.number(), reason.getMessage()),
                    reason));
        }
    }
}
