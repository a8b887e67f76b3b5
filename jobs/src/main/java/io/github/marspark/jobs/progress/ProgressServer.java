package io.github.marspark.jobs.progress;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.marspark.jobs.exchange.Address;
import io.github.marspark.jobs.exchange.RunToken;
import io.github.marspark.jobs.exchange.SparkNetwork;
import io.github.marspark.jobs.files.FileStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.OneForOneStreamManager;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears on the driver how it goes, from those who know the token of the attempt, and looks for files where it is asked. */
public final class ProgressServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProgressServer.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SILENCE = Duration.ofDays(1);

    private final SparkNetwork network;
    private final Address address;
    private final Handler handler;

    /**
     * Begins to listen, on a free port.
     *
     * @param token of the attempt
     * @param board is told what executors tell
     * @param attendance is told who is at work
     * @param checkpoints the folder whose files are asked for
     */
    public ProgressServer(RunToken token, ProgressBoard board, Attendance attendance, FileStore checkpoints) {
        this.handler = new Handler(token, board, attendance, checkpoints);
        this.network = SparkNetwork.ofThisProcess(SILENCE, handler);
        this.address = network.listen(SparkNetwork.hostOfThisProcess());
    }

    public Address address() {
        return address;
    }

    /** Asks those who report, now and from now on, to end after their step; see {@link ProgressClient#isAskedToStop}. */
    public void askToStop() {
        handler.askToStop();
    }

    @Override
    public void close() {
        network.close();
    }

    /** Runs on the network's threads. */
    private static final class Handler extends RpcHandler {
        private final RunToken token;
        private final ProgressBoard board;
        private final Attendance attendance;
        private final FileStore checkpoints;
        private final StreamManager streams = new OneForOneStreamManager();
        private final Set<TransportClient> clients = ConcurrentHashMap.newKeySet();
        private volatile boolean isToStop;

        Handler(RunToken token, ProgressBoard board, Attendance attendance, FileStore checkpoints) {
            this.token = token;
            this.board = board;
            this.attendance = attendance;
            this.checkpoints = checkpoints;
        }

        @Override
        public void receive(TransportClient client, ByteBuffer message) {
            try {
                token.requireIn(message);
                know(client);
                hear(StandardCharsets.UTF_8.decode(message).toString());
            } catch (IOException | IllegalArgumentException e) {
                refuse(client, e);
            } catch (UncheckedIOException e) {
                LOG.error(e.getMessage());
            }
        }

        void askToStop() {
            isToStop = true;
            clients.forEach(this::askToStop);
        }

        private void askToStop(TransportClient client) {
            client.send(token.message(0).flip());
        }

        /** Who knows the token is told what the driver wishes. */
        private void know(TransportClient client) {
            if (clients.add(client) && isToStop) {
                askToStop(client);
            }
        }

        @Override
        public void channelInactive(TransportClient client) {
            clients.remove(client);
        }

        private void hear(String text) throws IOException {
            JsonNode json = JSON.readTree(text);
            if (json.has("say")) {
                board.say(json.get("say").asText());
            } else if (json.has("saved")) {
                board.saved(json.get("saved").asText());
            } else if (json.has("alive")) {
                attendance.alive(json.get("alive").asText(), json.get("step").asLong());
            } else if (json.has("failed")) {
                attendance.failed(json.get("failed").asText());
            } else {
                board.add(JSON.treeToValue(json, StepReport.class), text);
            }
        }

        /** Answers when all is kept that this client sent before, since its messages come one after the other. */
        @Override
        public void receive(TransportClient client, ByteBuffer message, RpcResponseCallback callback) {
            try {
                token.requireIn(message);
                know(client);
                FilesSeen files =
                        JSON.readValue(StandardCharsets.UTF_8.decode(message).toString(), FilesSeen.class);
                callback.onSuccess(ByteBuffer.wrap(JSON.writeValueAsBytes(answer(files))));
            } catch (IOException | IllegalArgumentException e) {
                callback.onFailure(new IllegalArgumentException("refused: " + e.getMessage()));
                refuse(client, e);
            }
        }

        private Map<String, String> answer(FilesSeen files) {
            try {
                board.keep();
                return files.missingFrom(checkpoints);
            } catch (UncheckedIOException e) {
                return Map.of(MetricsFile.NAME, String.valueOf(e.getMessage()));
            }
        }

        private static void refuse(TransportClient client, Exception reason) {
            LOG.warn("refused {}: {}", client.getSocketAddress(), reason.getMessage());
            SparkNetwork.hangUp(client);
        }

        @Override
        public StreamManager getStreamManager() {
            return streams;
        }
    }
}
