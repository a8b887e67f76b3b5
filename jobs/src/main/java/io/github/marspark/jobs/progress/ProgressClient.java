package io.github.marspark.jobs.progress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.marspark.jobs.exchange.Address;
import io.github.marspark.jobs.exchange.SparkNetwork;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An executor tells the driver how it goes; it waits for the driver only once, at the end. */
public final class ProgressClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProgressClient.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final SparkNetwork network;
    private final TransportClient client;

    public ProgressClient(Address driver) {
        this.network = SparkNetwork.ofThisProcess(PATIENCE, new NoOpRpcHandler());
        try {
            this.client = network.connect(driver);
        } catch (IOException | RuntimeException e) {
            network.close();
            throw new IllegalStateException(
                    "the driver at %s cannot be reached from this executor: %s".formatted(driver, e.getMessage()), e);
        }
    }

    public void report(StepReport report) {
        send(report);
    }

    /** Something that a person should know. */
    public void say(String sentence) {
        LOG.info(sentence);
        send(Map.of("say", sentence));
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
        send(Map.of("failed", sentence));
    }

    private void send(Object value) {
        try {
            client.send(ByteBuffer.wrap(JSON.writeValueAsString(value).getBytes(StandardCharsets.UTF_8)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("progress cannot be written as JSON", e);
        }
    }

    /** Ends when the driver has heard everything, or cannot. */
    @Override
    public void close() {
        try {
            client.sendRpcSync(ByteBuffer.allocate(0), PATIENCE.toMillis());
        } catch (RuntimeException e) {
            LOG.warn(
                    "the driver at {} may not have heard the last steps: {}",
                    client.getSocketAddress(),
                    e.getMessage());
        }
        client.close();
        network.close();
    }
}
