package io.github.marspark.jobs.exchange;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;

/** Sends to one rank, message after message, a few of them under way at once. */
final class Outbox implements AutoCloseable {
    private static final int WINDOW = 4;

    private final String peer;
    private final TransportClient client;
    private final BufferPool pool;
    private final Duration timeout;
    private final Consumer<PeerException> failed;
    private final Semaphore window = new Semaphore(WINDOW);
    private final AtomicLong bytes = new AtomicLong();
    private final ExecutorService thread;

    Outbox(String peer, TransportClient client, BufferPool pool, Duration timeout, Consumer<PeerException> failed) {
        this.peer = peer;
        this.client = client;
        this.pool = pool;
        this.timeout = timeout;
        this.failed = failed;
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread sender = new Thread(task, "sender to " + peer);
            sender.setDaemon(true);
            return sender;
        });
    }

    /** Sends a message later, in order; its numbers are read when it is its turn. */
    void send(Message head, Consumer<ByteBuffer> numbers) {
        thread.execute(() -> sendNow(head, numbers));
    }

    private void sendNow(Message head, Consumer<ByteBuffer> numbers) {
        try {
            if (!window.tryAcquire(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new PeerException("%s has not taken the %s of step %d within %d seconds"
                        .formatted(peer, phase(head), head.number(), timeout.toSeconds()));
            }
            ByteBuffer buffer = pool.take();
            head.write(buffer);
            numbers.accept(buffer);
            buffer.flip();
            bytes.addAndGet(buffer.remaining());
            client.sendRpc(buffer.duplicate(), new Receipt(head, buffer));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (PeerException e) {
            failed.accept(e);
        } catch (RuntimeException e) {
            failed.accept(new PeerException("nothing can be sent to " + peer + ": " + e, e));
        }
    }

    private static String phase(Message head) {
        return head.kind().name().toLowerCase(java.util.Locale.ROOT);
    }

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

    /** The peer has taken a message, or not. */
    private final class Receipt implements RpcResponseCallback {
        private final Message head;
        private final ByteBuffer buffer;

        Receipt(Message head, ByteBuffer buffer) {
            this.head = head;
            this.buffer = buffer;
        }

        @Override
        public void onSuccess(ByteBuffer response) {
            pool.giveBack(buffer);
            window.release();
        }

        @Override
        public void onFailure(Throwable reason) {
            window.release();
            failed.accept(new PeerException(
                    "%s did not take the %s of step %d: %s"
                            .formatted(peer, phase(head), head.number(), reason.getMessage()),
                    reason));
        }
    }
}
