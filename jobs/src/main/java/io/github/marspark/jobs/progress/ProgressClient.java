package io.github.marspark.jobs.progress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.marspark.jobs.exchange.Address;
import io.github.marspark.jobs.exchange.RunToken;
import io.github.marspark.jobs.exchange.SparkNetwork;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.OneForOneStreamManager;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An executor tells the driver how it goes; it waits for the driver only where it asks, and at the end. */
public final class ProgressClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProgressClient.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_SENTENCE = 16_000;

    private final RunToken token;
    private final Duration patience;
    private final SparkNetwork network;
    private final TransportClient client;
    private final Wishes wishes;

    /**
     * Connects.
     *
     * @param driver where it listens
     * @param token of this attempt
     * @param patience with the driver where it is asked
     */
    public ProgressClient(Address driver, RunToken token, Duration patience) {
        this.token = token;
        this.patience = patience;
        this.wishes = new Wishes(token);
        this.network = SparkNetwork.ofThisProcess(patience, wishes);
        try {
            this.client = network.connect(driver);
        } catch (IOException | RuntimeException e) {
            network.close();
            throw new IllegalStateException(
                    "the driver at %s cannot be reached from this executor: %s".formatted(driver, e.getMessage()), e);
        }
    }

    /** Whether the driver wants the training to end after the present step. */
    public boolean isAskedToStop() {
        return wishes.isAskedToStop;
    }

    public void report(StepReport report) {
        send(report);
    }

    /** Something that a person should know. */
    public void say(String sentence) {
        LOG.info(sentence);
        send(Map.of("say", cut(sentence)));
    }

    /** That a checkpoint is complete. */
    public void saved(String checkpoint) {
        LOG.info("checkpoint {}", checkpoint);
        send(Map.of("saved", checkpoint));
    }

    /** That an executor is at work. */
    public void alive(String executor, long step) {
        send(Map.of("alive", executor, "step", step));
    }

    /** That an executor cannot go on, and why. */
    public void failed(String sentence) {
        send(Map.of("failed", cut(sentence)));
    }

    private static String cut(String sentence) {
        return sentence.substring(0, Math.min(LONGEST_SENTENCE, sentence.length()));
    }

    /**
     * Asks the driver to look for files, and to keep for good what it was told before.
     *
     * @param files that executors have written
     * @return what the driver found instead of each file that is not as it should be, by its name; empty if all is well
     * @throws IllegalStateException if the driver does not answer
     */
    public Map<String, String> ask(FilesSeen files) {
        try {
            ByteBuffer answer = client.sendRpcSync(message(files), patience.toMillis());
            return JSON.readValue(
                    StandardCharsets.UTF_8.decode(answer).toString(), new TypeReference<TreeMap<String, String>>() {});
        } catch (JsonProcessingException | RuntimeException e) {
            throw new IllegalStateException(
                    "the driver at %s has not answered: %s".formatted(client.getSocketAddress(), e.getMessage()), e);
        }
    }

    private void send(Object value) {
        client.send(message(value));
    }

    private ByteBuffer message(Object value) {
        try {
            byte[] json = JSON.writeValueAsBytes(value);
            return token.message(json.length).put(json).flip();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("progress cannot be written as JSON", e);
        }
    }

    /** Ends when the driver has heard everything, or cannot. */
    @Override
    public void close() {
        try {
            ask(FilesSeen.NONE);
        } catch (IllegalStateException e) {
            LOG.warn("the driver may not have heard the last steps: {}", e.getMessage());
        }
        client.close();
        network.close();
    }

    /** Hears what the driver wishes, of which there is one thing; runs on the network's threads. */
    private static final class Wishes extends RpcHandler {
        private final RunToken token;
        private final StreamManager streams = new OneForOneStreamManager();
        private volatile boolean isAskedToStop;

        Wishes(RunToken token) {
            this.token = token;
        }

        @Override
        public void receive(TransportClient driver, ByteBuffer message) {
            token.requireIn(message);
            isAskedToStop = true;
        }

        @Override
        public void receive(TransportClient driver, ByteBuffer message, RpcResponseCallback callback) {
            callback.onFailure(new IllegalArgumentException("an executor is asked nothing"));
        }

        @Override
        public StreamManager getStreamManager() {
            return streams;
        }
    }
}
