package io.github.marspark.jobs.exchange;

import io.github.marspark.jobs.exchange.Message.Kind;
import io.github.marspark.model.tensor.Threads;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
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
public final class NetworkExchange implements Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(NetworkExchange.class);

    private static final int LONGEST_TEXT = 16_000;

    /** Stands for the step before the first, after which all ranks have the same parameters. */
    static final long BEFORE_ALL = -1;

    /**
     * What one rank brings to the exchange.
     *
     * @param rank this rank
     * @param ranks N
     * @param token of this attempt, the same on all ranks
     * @param parameters the whole vector, which others' shards are written to
     * @param gradient the whole vector
     * @param source of the gradient
     * @param threads for sums
     * @param timeout how long to wait for a peer
     * @param interruption called while waiting; throws when the wait is to end
     */
    public record Member(
            int rank,
            int ranks,
            RunToken token,
            FlatVector parameters,
            FlatVector gradient,
            GradientSource source,
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
    private @Nullable Outboxes connected;
    private long gathers;
    /** Counts down from the beginning, as no number of a step does. */
    private long spreads = BEFORE_ALL;

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
        connected = new Outboxes(member, sharding, network, all, inbox::fail);
    }

    private Outboxes peers() {
        return Objects.requireNonNull(connected, "the exchange is not connected");
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
        for (int chunk = 0; chunk < sharding.chunks(member.rank()); chunk++) {
            member.source().fetch(sharding.chunkFrom(member.rank(), chunk), sharding.chunkLength(member.rank(), chunk));
        }
        inbox.reduce(step); // from here on others' numbers are added to the own ones
        peers().scatter(Kind.GRADIENT, step, member.gradient(), member.source());
        for (int chunk = 0; chunk < sharding.chunks(member.rank()); chunk++) {
            reduce(chunk, inbox.contributions(step, chunk, peers()));
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
        peers().send(number, note);
        return inbox.notes(number, phase + " of step " + step, note, peers());
    }

    // ---- parameters

    @Override
    public void broadcast() {
        if (member.rank() == 0) {
            peers().scatter(Kind.BEGINNING, BEFORE_ALL, member.parameters(), GradientSource.NONE);
        } else {
            inbox.awaitBeginning(peers());
        }
        allGather(BEFORE_ALL, chunk -> {});
    }

    @Override
    public void allGather(long step, Chunk update) {
        for (int chunk = 0; chunk < sharding.chunks(member.rank()); chunk++) {
            update.run(chunk);
            peers().publish(step, member.parameters(), chunk);
        }
        inbox.awaitPublished(step, peers());
    }

    @Override
    public void spread(long step, String phase, Chunk update) {
        gather(step, phase);
        spreads--;
        allGather(spreads, update);
    }

    @Override
    public Traffic traffic() {
        return new Traffic(peers().bytes(), receiver.bytes(), inbox.waitingNanos());
    }

    @Override
    public void close() {
        if (connected != null) {
            connected.close();
        }
        network.close();
    }
}
