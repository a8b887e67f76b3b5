package io.github.marspark.jobs.exchange;

import io.github.marspark.jobs.exchange.Message.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.spark.network.client.TransportClient;
import org.jspecify.annotations.Nullable;

/** A rank's ways to all others. */
final class Outboxes implements Peers, AutoCloseable {
    private final int rank;
    private final Sharding sharding;
    private final List<Address> addresses;
    private final List<@Nullable Outbox> outboxes = new ArrayList<>(); // of each rank but this one

    /**
     * Connects.
     *
     * @param member this rank
     * @param sharding of the vectors
     * @param network this rank's end of it
     * @param addresses of all ranks, in rank order
     * @param failed is told of a peer that takes nothing more
     * @throws PeerException if one cannot be reached
     */
    Outboxes(
            NetworkExchange.Member member,
            Sharding sharding,
            SparkNetwork network,
            List<Address> addresses,
            Consumer<PeerException> failed) {
        this.rank = member.rank();
        this.sharding = sharding;
        this.addresses = List.copyOf(addresses);
        try {
            for (int peer = 0; peer < addresses.size(); peer++) {
                outboxes.add(
                        peer == rank
                                ? null
                                : new Outbox(
                                        name(peer), member.token(), client(network, peer), member.timeout(), failed));
            }
        } catch (PeerException e) {
            close();
            throw e;
        }
    }

    private TransportClient client(SparkNetwork network, int peer) {
        try {
            return network.connect(addresses.get(peer));
        } catch (IOException | RuntimeException e) {
            throw new PeerException(
                    "rank %d cannot connect to %s: %s; do both executors have the same secret, and is that port reachable from here?"
                            .formatted(rank, name(peer), e.getMessage()),
                    e);
        }
    }

    @Override
    public String name(int peer) {
        return "rank %d (%s)".formatted(peer, addresses.get(peer));
    }

    @Override
    public boolean isGone(int peer) {
        return Objects.requireNonNull(outboxes.get(peer)).isGone();
    }

    /** Sends a note to every other rank. */
    void send(long number, byte[] note) {
        for (Outbox outbox : others()) {
            outbox.send(new Message(Kind.NOTE, rank, number, 0), note);
        }
    }

    /** Sends to every other rank its chunks of a vector, each of them while the next is brought there. */
    void scatter(Kind kind, long step, FlatVector vector, GradientSource source) {
        for (int peer = 0; peer < outboxes.size(); peer++) {
            Outbox outbox = outboxes.get(peer);
            for (int chunk = 0; outbox != null && chunk < sharding.chunks(peer); chunk++) {
                source.fetch(sharding.chunkFrom(peer, chunk), sharding.chunkLength(peer, chunk));
                send(outbox, new Message(kind, rank, step, chunk), vector, peer);
            }
        }
    }

    /** Sends a chunk of the own shard to every other rank. */
    void publish(long step, FlatVector vector, int chunk) {
        for (Outbox outbox : others()) {
            send(outbox, new Message(Kind.PARAMETERS, rank, step, chunk), vector, rank);
        }
    }

    private void send(Outbox outbox, Message head, FlatVector vector, int owner) {
        outbox.send(head, vector, sharding.chunkFrom(owner, head.chunk()), sharding.chunkLength(owner, head.chunk()));
    }

    private List<Outbox> others() {
        return outboxes.stream()
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
    }

    /** Bytes that were given to be sent. */
    long bytes() {
        return others().stream().mapToLong(Outbox::bytes).sum();
    }

    @Override
    public void close() {
        others().forEach(Outbox::close);
    }
}
