package io.github.marspark.jobs.progress;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.marspark.jobs.exchange.Address;
import io.github.marspark.jobs.exchange.SparkNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.OneForOneStreamManager;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears on the driver how it goes. */
public final class ProgressServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProgressServer.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SILENCE = Duration.ofDays(1);

    private final SparkNetwork network;
    private final Address address;

    public ProgressServer(ProgressBoard board) {
        this(board, Attendance.NOT_KEPT);
    }

    public ProgressServer(ProgressBoard board, Attendance attendance) {
        this.network = SparkNetwork.ofThisProcess(SILENCE, new Handler(board, attendance));
        this.address = network.listen(SparkNetwork.hostOfThisProcess());
    }

    public Address address() {
        return address;
    }

    @Override
    public void close() {
        network.close();
    }

    /** Runs on the network's threads. */
    private static final class Handler extends RpcHandler {
        private final ProgressBoard board;
        private final Attendance attendance;
        private final StreamManager streams = new OneForOneStreamManager();

        Handler(ProgressBoard board, Attendance attendance) {
            this.board = board;
            this.attendance = attendance;
        }

        @Override
        public void receive(TransportClient client, ByteBuffer message) {
            String text = StandardCharsets.UTF_8.decode(message).toString();
            try {
                JsonNode json = JSON.readTree(text);
                if (json.has("say")) {
                    board.say(json.get("say").asText());
                } else if (json.has("saved")) {
                    board.saved(json.get("saved").asText());
                } else if (json.has("alive")) {
                    attendance.alive(
                            json.get("alive").asText(), json.get("step").asLong());
                } else if (json.has("failed")) {
                    attendance.failed(json.get("failed").asText());
                } else {
                    board.add(JSON.treeToValue(json, StepReport.class), text);
                }
            } catch (IOException e) {
                LOG.warn("{} sent something that is no progress: {}", client.getSocketAddress(), e.getMessage());
            } catch (UncheckedIOException e) {
                LOG.error(e.getMessage());
            }
        }

        /** Answers that all is heard that this client sent before, since its messages come one after the other. */
        @Override
        public void receive(TransportClient client, ByteBuffer message, RpcResponseCallback callback) {
            callback.onSuccess(ByteBuffer.allocate(0));
        }

        @Override
        public StreamManager getStreamManager() {
            return streams;
        }
    }
}
