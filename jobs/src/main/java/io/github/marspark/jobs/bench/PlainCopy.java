package io.github.marspark.jobs.bench;

import io.github.marspark.jobs.exchange.FlatVector;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * What the loopback interface gives when two ends only copy one vector's bytes into the other's memory, in both directions at
 * once: as many bytes as an exchange between them, from and to the same memory, by one thread for each end and direction.
 */
final class PlainCopy implements AutoCloseable {
    private static final int PIECE = 1 << 20;

    private final SocketChannel[] ends;
    private final Loopback threads = new Loopback(4);

    PlainCopy() throws IOException {
        try (ServerSocketChannel server =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            this.ends = new SocketChannel[] {SocketChannel.open(server.getLocalAddress()), server.accept()};
        }
        for (SocketChannel end : ends) {
            end.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
    }

    /**
     * Sends a vector from each end to the other.
     *
     * @param from of each end
     * @param into of each end, as long
     */
    void run(FlatVector[] from, FlatVector[] into) {
        threads.onEach(who -> {
            int end = who / 2;
            try {
                if (who % 2 == 0) {
                    send(ends[end], from[end]);
                } else {
                    receive(ends[end], into[end]);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("the plain copy broke off", e);
            }
        });
    }

    private static void send(SocketChannel end, FlatVector vector) throws IOException {
        for (long at = 0; at < vector.size(); at += PIECE) {
            ByteBuffer piece = vector.bytes(at, (int) Math.min(PIECE, vector.size() - at));
            while (piece.hasRemaining()) {
                end.write(piece);
            }
        }
    }

    private static void receive(SocketChannel end, FlatVector vector) throws IOException {
        for (long at = 0; at < vector.size(); at += PIECE) {
            ByteBuffer piece = vector.bytes(at, (int) Math.min(PIECE, vector.size() - at));
            while (piece.hasRemaining()) {
                if (end.read(piece) < 0) {
                    throw new EOFException("%d bytes are missing".formatted(piece.remaining()));
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel end : ends) {
            end.close();
        }
        threads.close();
    }
}
