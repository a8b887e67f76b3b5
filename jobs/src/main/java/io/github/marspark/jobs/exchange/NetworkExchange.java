package io.github.marspark.jobs.exchange;

import io.github.marspark.jobs.exchange.Message.Kind;
import io.github.marspark.model.tensor.Threads;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.StreamCallbackWithID;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.OneForOneStreamManager;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The exchange between several ranks over Spark's network layer. Each rank sends the others their shards' gradients and its
 * own shard's parameters, {@code 2 (N - 1) / N} of the parameters' bytes a step. Chunks leave from the vectors' own memory
 * and are copied to their place as they come in; of two ranks, whose order makes no difference to a sum, gradients are added
 * there instead. Chunks are reduced while others are still on their way, and new parameters are sent while the next chunk is
 * updated.
 */
public final class NetworkExchange implements Exchange, Peers {
    private static final Logger LOG = LoggerFactory.getLogger(NetworkExchange.class);
    private static final int GRAIN = 16384;

    /** Stands for a chunk of gradients that is in the sum already: of two, the order makes no difference. */
    private static final ByteBuffer ADDED = ByteBuffer.allocate(0);

    private static final int LONGEST_TEXT = 4000;

    /**
     * What one rank brings to the exchange.
     *
     * @param rank this rank
     * @param ranks N
     * @param run number of this attempt, the same on all ranks
     * @param parameters the whole vector, which others' shards are written to
     * @param gradient the whole vector
     * @param threads for sums
     * @param timeout how long to wait for a peer
     * @param interruption called while waiting; throws when the wait is to end
     */
    public record Member(
            int rank,
            int ranks,
            long run,
            FlatVector parameters,
            FlatVector gradient,
            Threads threads,
            Duration timeout,
            Runnable interruption) {}

    private final Member member;
    private final Sharding sharding;
    private final BufferPool pool;
    private final Inbox inbox;
    private final SparkNetwork network;
    private final Address address;
    private final AtomicLong bytesReceived = new AtomicLong();
    private final @Nullable Outbox[] outboxes;
    private List<Address> addresses = List.of();
    private long gathers;

    /**
     * Begins to listen; {@link #connect} makes it ready.
     *
     * @param member this rank
     * @param host under which the others reach this process
     * @param open makes this rank's end of the network from the handler of what others send
     */
    public NetworkExchange(Member member, String host, Function<RpcHandler, SparkNetwork> open) {
        this.member = member;
        this.sharding = new Sharding(member.parameters().size(), member.ranks());
        this.pool = new BufferPool(sharding);
        this.inbox = new Inbox(sharding, member.rank(), member.timeout(), member.interruption());
        this.outboxes = new @Nullable Outbox[member.ranks()];
        this.network = open.apply(new Handler());
        this.address = network.listen(host);
        LOG.info("rank {} of {} listens at {}", member.rank(), member.ranks(), address);
    }

    /**
     * Where this rank listens.
     *
     * @return to be told to all ranks
     */
    public Address address() {
        return address;
    }

    /**
     * Connects to the other ranks.
     *
     * @param all every rank's address, in rank order
     * @throws PeerException if one cannot be reached
     */
    public void connect(List<Address> all) {
        this.addresses = List.copyOf(all);
        for (int peer = 0; peer < sharding.ranks(); peer++) {
            if (peer != member.rank()) {
                outboxes[peer] = new Outbox(name(peer), client(peer), member.timeout(), inbox::fail);
            }
        }
    }

    private TransportClient client(int peer) {
        try {
            return network.connect(addresses.get(peer));
        } catch (IOException | RuntimeException e) {
            throw new PeerException(
                    "rank %d cannot connect to %s: %s; do both executors have the same secret, and is that port reachable from here?"
                            .formatted(member.rank(), name(peer), e.getMessage()),
                    e);
        }
    }

    @Override
    public String name(int peer) {
        return "rank %d (%s)".formatted(peer, addresses.get(peer));
    }

    @Override
    public boolean isGone(int peer) {
        return Objects.requireNonNull(outboxes[peer]).isGone();
    }

    @Override
    public int rank() {
        return member.rank();
    }

    @Override
    public Sharding sharding() {
        return sharding;
    }

    // ---- gradients

    @Override
    public void reduceScatter(long step, Chunk reduced) {
        inbox.reduce(step);
        for (int peer = 0; peer < outboxes.length; peer++) {
            for (int chunk = 0; chunk < sharding.chunks(peer); chunk++) {
                send(peer, Kind.GRADIENT, step, member.gradient(), peer, chunk);
            }
        }
        for (int chunk = 0; chunk < sharding.chunks(member.rank()); chunk++) {
            reduce(chunk, inbox.contributions(step, chunk, this));
            reduced.run(chunk);
        }
    }

    private void reduce(int chunk, @Nullable ByteBuffer[] contributions) {
        if (Arrays.stream(contributions)
                .anyMatch(contribution -> contribution != null && !contribution.hasRemaining())) {
            return;
        }
        sum(chunk, contributions);
        for (ByteBuffer contribution : contributions) {
            if (contribution != null) {
                pool.giveBack(contribution);
            }
        }
    }

    private void send(int peer, Kind kind, long step, FlatVector vector, int owner, int chunk) {
        Outbox outbox = outboxes[peer];
        if (outbox != null) {
            outbox.send(
                    new Message(kind, member.rank(), member.run(), step, chunk),
                    vector,
                    sharding.chunkFrom(owner, chunk),
                    sharding.chunkLength(owner, chunk));
        }
    }

    /** Adds what all ranks have for a chunk to the own gradient, in rank order whatever order they came in. */
    private void sum(int chunk, @Nullable ByteBuffer[] contributions) {
        int length = sharding.chunkLength(member.rank(), chunk);
        FloatBuffer own = member.gradient().part(sharding.chunkFrom(member.rank(), chunk), length);
        FloatBuffer[] terms = Arrays.stream(contributions)
                .map(bytes -> bytes == null ? own : bytes.asFloatBuffer())
                .toArray(FloatBuffer[]::new);
        member.threads().split(length, GRAIN, (from, to) -> {
            for (int start = from; start < to; start += GRAIN) {
                sum(terms, member.rank(), start, Math.min(start + GRAIN, to));
            }
        });
    }

    /** Leaves the sum in the own rank's term; on the way there, partial sums are kept in the term of rank 0. */
    private static void sum(FloatBuffer[] terms, int own, int from, int to) {
        FloatBuffer total = terms[0];
        for (int rank = 1; rank < terms.length; rank++) {
            FloatBuffer target = rank == own ? terms[own] : total;
            add(total, terms[rank], target, from, to);
            total = target;
        }
    }

    private static void add(FloatBuffer total, FloatBuffer term, FloatBuffer target, int from, int to) {
        for (int i = from; i < to; i++) {
            target.put(i, total.get(i) + term.get(i));
        }
    }

    // ---- notes

    @Override
    public List<double[]> gather(long step, String phase, double... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Double.BYTES);
        bytes.asDoubleBuffer().put(values);
        return Arrays.stream(gather(step, phase, bytes.array()))
                .map(NetworkExchange::doubles)
                .toList();
    }

    private static double[] doubles(byte[] note) {
        double[] values = new double[note.length / Double.BYTES];
        ByteBuffer.wrap(note).asDoubleBuffer().get(values);
        return values;
    }

    @Override
    public List<String> gatherText(long step, String phase, String text) {
        String cut = text.substring(0, Math.min(LONGEST_TEXT, text.length()));
        return Arrays.stream(gather(step, phase, cut.getBytes(StandardCharsets.UTF_8)))
                .map(note -> new String(note, StandardCharsets.UTF_8))
                .toList();
    }

    private byte[][] gather(long step, String phase, byte[] note) {
        long number = gathers++;
        for (int peer = 0; peer < outboxes.length; peer++) {
            Outbox outbox = outboxes[peer];
            if (outbox != null) {
                outbox.send(new Message(Kind.NOTE, member.rank(), member.run(), number, 0), note);
            }
        }
        return inbox.notes(number, phase + " of step " + step, note, this);
    }

    // ---- parameters

    @Override
    public void allGather(long step, Chunk update) {
        for (int chunk = 0; chunk < sharding.chunks(member.rank()); chunk++) {
            update.run(chunk);
            for (int peer = 0; peer < outboxes.length; peer++) {
                send(peer, Kind.PARAMETERS, step, member.parameters(), member.rank(), chunk);
            }
        }
        inbox.awaitPublished(step, this);
    }

    @Override
    public Traffic traffic() {
        long sent = Arrays.stream(outboxes)
                .filter(Objects::nonNull)
                .mapToLong(Outbox::bytes)
                .sum();
        return new Traffic(sent, bytesReceived.get(), inbox.waitingNanos());
    }

    @Override
    public void close() {
        for (Outbox outbox : outboxes) {
            if (outbox != null) {
                outbox.close();
            }
        }
        network.close();
    }

    // ---- what others send

    /** Runs on the network's threads. */
    private final class Handler extends RpcHandler {
        private final StreamManager streams = new OneForOneStreamManager();

        @Override
        public void receive(TransportClient client, ByteBuffer bytes, RpcResponseCallback callback) {
            int size = bytes.remaining();
            try {
                takeNote(head(bytes), bytes);
            } catch (IllegalArgumentException | java.nio.BufferUnderflowException e) {
                callback.onFailure(new IllegalArgumentException(
                        "rank %d refuses a message from %s: %s"
                                .formatted(member.rank(), client.getSocketAddress(), e.getMessage()),
                        e));
                return;
            }
            bytesReceived.addAndGet(size);
            callback.onSuccess(ByteBuffer.allocate(0));
        }

        @Override
        public StreamCallbackWithID receiveStream(
                TransportClient client, ByteBuffer header, RpcResponseCallback callback) {
            Message head = head(header);
            return switch (head.kind()) {
                case GRADIENT -> gradient(head);
                case PARAMETERS -> parameters(head);
                case NOTE -> throw new IllegalArgumentException("a note comes as a message, not as a stream");
            };
        }

        @Override
        public StreamManager getStreamManager() {
            return streams;
        }
    }

    private Message head(ByteBuffer bytes) {
        Message head = Message.read(bytes);
        if (head.run() != member.run()) {
            throw new IllegalArgumentException("it is of run %x, this is run %x".formatted(head.run(), member.run()));
        }
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
        requireChunk(head.rank(), head.chunk());
        int length = sharding.chunkLength(head.rank(), head.chunk());
        ByteBuffer place = member.parameters().bytes(sharding.chunkFrom(head.rank(), head.chunk()), length);
        return new Arrival(head, Sink.copy(place), () -> {
            bytesReceived.addAndGet(Message.BYTES + (long) length * Float.BYTES);
            inbox.addPublished(head.number(), head.rank());
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
