package io.github.marspark.jobs.exchange;

import io.github.marspark.jobs.exchange.Message.Kind;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.StreamCallbackWithID;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.OneForOneStreamManager;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings what other ranks send to its place; runs on the network's threads. */
final class Receiver extends RpcHandler {
    /** Stands for a chunk of gradients that is in the sum already: of two, the order makes no difference. */
    static final ByteBuffer ADDED = ByteBuffer.allocate(0);

    private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);

    private final NetworkExchange.Member member;
    private final Sharding sharding;
    private final BufferPool pool;
    private final Inbox inbox;
    private final StreamManager streams = new OneForOneStreamManager();
    private final AtomicLong bytesReceived = new AtomicLong();

    /**
     * For a rank.
     *
     * @param member the rank
     * @param sharding of the vectors
     * @param pool of buffers for gradients that have to wait
     * @param inbox is told of everything that has come
     */
    Receiver(NetworkExchange.Member member, Sharding sharding, BufferPool pool, Inbox inbox) {
        this.member = member;
        this.sharding = sharding;
        this.pool = pool;
        this.inbox = inbox;
    }

    /** Bytes that have come so far. */
    long bytes() {
        return bytesReceived.get();
    }

    @Override
    public void receive(TransportClient client, ByteBuffer bytes, RpcResponseCallback callback) {
        int size = bytes.remaining();
        try {
            takeNote(head(bytes), bytes);
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            callback.onFailure(refused(client, e));
            SparkNetwork.hangUp(client);
            return;
        }
        bytesReceived.addAndGet(size);
        callback.onSuccess(ByteBuffer.allocate(0));
    }

    @Override
    public StreamCallbackWithID receiveStream(TransportClient client, ByteBuffer header, RpcResponseCallback callback) {
        try {
            Message head = head(header);
            return switch (head.kind()) {
                case GRADIENT -> gradient(head);
                case PARAMETERS -> parameters(head);
                case BEGINNING -> beginning(head);
                case NOTE -> throw new IllegalArgumentException("a note comes as a message, not as a stream");
            };
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            throw refused(client, e);
        }
    }

    /** Spark closes the connection after a stream that is refused, and this rank after a message. */
    private IllegalArgumentException refused(TransportClient client, RuntimeException reason) {
        LOG.warn("refused {}: {}", client.getSocketAddress(), reason.getMessage());
        return new IllegalArgumentException(
                "rank %d refuses a message from %s: %s"
                        .formatted(member.rank(), client.getSocketAddress(), reason.getMessage()),
                reason);
    }

    @Override
    public StreamManager getStreamManager() {
        return streams;
    }

    private Message head(ByteBuffer bytes) {
        Message head = Message.read(member.token(), bytes);
        if (head.rank() < 0 || head.rank() >= sharding.ranks() || head.rank() == member.rank()) {
            throw new IllegalArgumentException(
                    "it says that it is of rank %d, of %d ranks".formatted(head.rank(), sharding.ranks()));
        }
        return head;
    }

    /** Gradients for the own shard: added at once if they may be, else kept until all ranks' have come. */
    private Arrival gradient(Message head) {
        requireChunk(member.rank(), head.chunk());
        int length = sharding.chunkLength(member.rank(), head.chunk());
        if (sharding.ranks() == 2 && inbox.isReducing(head.number())) {
            FloatBuffer own = member.gradient().part(sharding.chunkFrom(member.rank(), head.chunk()), length);
            return new Arrival(head, new Addition(own), () -> contributed(head, length, ADDED));
        }
        ByteBuffer kept = pool.take().limit(length * Float.BYTES);
        return new Arrival(head, Sink.copy(kept), () -> contributed(head, length, kept.flip()));
    }

    private void contributed(Message head, int length, ByteBuffer values) {
        bytesReceived.addAndGet(Message.BYTES + (long) length * Float.BYTES);
        inbox.addContribution(head.number(), head.rank(), head.chunk(), values);
    }

    private Arrival parameters(Message head) {
        return parameters(head, head.rank(), () -> inbox.addPublished(head.number(), head.rank()));
    }

    private Arrival beginning(Message head) {
        if (head.rank() != 0) {
            throw new IllegalArgumentException("rank %d sent first parameters".formatted(head.rank()));
        }
        return parameters(head, member.rank(), inbox::addBeginning);
    }

    private Arrival parameters(Message head, int owner, Runnable complete) {
        requireChunk(owner, head.chunk());
        int length = sharding.chunkLength(owner, head.chunk());
        ByteBuffer place = member.parameters().bytes(sharding.chunkFrom(owner, head.chunk()), length);
        return new Arrival(head, Sink.copy(place), () -> {
            bytesReceived.addAndGet(Message.BYTES + (long) length * Float.BYTES);
            complete.run();
        });
    }

    private void takeNote(Message head, ByteBuffer bytes) {
        if (head.kind() != Kind.NOTE) {
            throw new IllegalArgumentException("%s comes as a stream, not as a message".formatted(head.kind()));
        }
        byte[] note = new byte[bytes.remaining()];
        bytes.get(note);
        inbox.addNote(head.number(), head.rank(), note);
    }

    private void requireChunk(int owner, int chunk) {
        if (chunk < 0 || chunk >= sharding.chunks(owner)) {
            throw new IllegalArgumentException(
                    "chunk is %d, rank %d has %d".formatted(chunk, owner, sharding.chunks(owner)));
        }
    }
}
