package io.github.marspark.jobs.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** What the loopback interface gives when bytes are only copied, in both directions at once. */
final class PlainCopy implements AutoCloseable {
    private static final int BUFFER = 4 << 20;

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

    /** Sends as many bytes from each end to the other. */
    void run(long bytes) {
        threads.onEach(who -> {
            SocketChannel end = ends[who / 2];
            try {
                if (who % 2 == 0) {
                    send(end, bytes);
                } else {
                    receive(end, bytes);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("the plain copy broke off", e);
            }
        });
    }

    private static void send(SocketChannel end, long bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        for (long left = bytes; left > 0; ) {
            left -= end.write(buffer.clear().limit((int) Math.min(BUFFER, left)));
        }
    }

    private static void receive(SocketChannel end, long bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        for (long left = bytes; left > 0; ) {
            int count = end.read(buffer.clear().limit((int) Math.min(BUFFER, left)));
            if (count < 0) {
                throw new EOFException("%d bytes are missing".formatted(left));
            }
            left -= count;
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
