package io.github.marspark.jobs.mesh;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers on the driver's UDP port before the mesh is there, so that executors can try the way. */
final class MeshEcho {
    private static final Logger LOG = LoggerFactory.getLogger(MeshEcho.class);
    private static final byte[] QUESTION = "mar".getBytes(StandardCharsets.US_ASCII);
    private static final int TRIES = 10;
    private static final int MILLIS_A_TRY = 500;

    private final DatagramSocket socket;

    /**
     * Begins to answer.
     *
     * @throws IllegalStateException if the port is taken
     */
    MeshEcho(String address, int port) {
        try {
            this.socket = new DatagramSocket(new InetSocketAddress(address, port));
        } catch (IOException e) {
            throw new IllegalStateException(
                    "the driver cannot use UDP port %d at %s: %s; set another by train.dl4j-shared.port"
                            .formatted(port, address, e.getMessage()),
                    e);
        }
        Thread thread = new Thread(this::answer, "mesh-echo");
        thread.setDaemon(true);
        thread.start();
    }

    private void answer() {
        DatagramPacket packet = new DatagramPacket(new byte[QUESTION.length], QUESTION.length);
        while (!socket.isClosed()) {
            try {
                socket.receive(packet);
                socket.send(packet);
            } catch (IOException e) {
                LOG.debug("a question went unanswered: {}", e.getMessage());
            }
        }
    }

    /** Whether a question from a socket comes back from the driver. */
    static boolean isHeard(DatagramSocket own, InetSocketAddress driver) throws IOException {
        own.setSoTimeout(MILLIS_A_TRY);
        for (int i = 0; i < TRIES; i++) {
            own.send(new DatagramPacket(QUESTION, QUESTION.length, driver));
            try {
                own.receive(new DatagramPacket(new byte[QUESTION.length], QUESTION.length));
                return true;
            } catch (SocketTimeoutException silence) {
                LOG.debug("no answer from {}", driver);
            }
        }
        return false;
    }

    void close() {
        socket.close();
    }
}
