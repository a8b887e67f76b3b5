package io.github.marspark.jobs.bench;

import io.github.marspark.jobs.exchange.Address;
import io.github.marspark.jobs.exchange.FlatVector;
import io.github.marspark.jobs.exchange.GradientSource;
import io.github.marspark.jobs.exchange.NetworkExchange;
import io.github.marspark.jobs.exchange.RunToken;
import io.github.marspark.jobs.exchange.SparkNetwork;
import io.github.marspark.model.tensor.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.apache.spark.SparkConf;

/** Several ranks in this process that reach each other through the loopback interface, each with a thread of its own. */
final class Loopback implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final String NAME = "bench";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final RunToken token = RunToken.random();
    private final int ranks;
    private final List<NetworkExchange> exchanges = new ArrayList<>();
    private final ExecutorService pool;

    Loopback(int ranks) {
        this.ranks = ranks;
        this.pool = Executors.newFixedThreadPool(ranks);
    }

    int ranks() {
        return ranks;
    }

    /** The end of the next rank, which {@link #connect} makes ready. */
    NetworkExchange open(FlatVector parameters, FlatVector gradient, GradientSource source, Threads threads) {
        SparkConf configuration = new SparkConf(false).set("spark.app.id", NAME);
        NetworkExchange exchange = new NetworkExchange(
                new NetworkExchange.Member(
                        exchanges.size(), ranks, token, parameters, gradient, source, threads, PATIENCE, () -> {}),
                HOST,
                handler -> new SparkNetwork(configuration, null, NAME, PATIENCE, handler));
        exchanges.add(exchange);
        return exchange;
    }

    void connect() {
        List<Address> addresses =
                exchanges.stream().map(NetworkExchange::address).toList();
        exchanges.forEach(exchange -> exchange.connect(addresses));
    }

    NetworkExchange exchange(int rank) {
        return exchanges.get(rank);
    }

    /** Does something on all ranks at once; returns each one's seconds. */
    double[] onEach(IntConsumer work) {
        List<Future<Double>> running = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            int own = rank;
            running.add(pool.submit(() -> seconds(() -> work.accept(own))));
        }
        return running.stream().mapToDouble(Loopback::result).toArray();
    }

    static double seconds(Runnable work) {
        long begin = System.nanoTime();
        work.run();
        return (System.nanoTime() - begin) / 1e9;
    }

    private static double result(Future<Double> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a rank failed: " + e.getCause(), e);
        }
    }

    @Override
    public void close() {
        exchanges.forEach(NetworkExchange::close);
        pool.shutdownNow();
    }
}
