package io.github.marspark.jobs.exchange;

import io.github.marspark.jobs.exchange.Message.Kind;
import io.github.marspark.model.tensor.Threads;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.RpcHandler;
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
    private final Receiver receiver;
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
        this.receiver = new Receiver(member, sharding, pool, inbox);
        this.network = open.apply(receiver);
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
        int length = sharding.chunkLength(member.rank(), chunk);
        RankSum.into(
                member.gradient().part(sharding.chunkFrom(member.rank(), chunk), length),
                contributions,
                member.threads());
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
        return new Traffic(sent, receiver.bytes(), inbox.waitingNanos());
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
}
