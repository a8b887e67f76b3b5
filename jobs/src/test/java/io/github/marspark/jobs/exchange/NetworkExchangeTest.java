package io.github.marspark.jobs.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.exchange.NetworkExchange.Member;
import io.github.marspark.model.tensor.Threads;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;
import org.apache.spark.network.sasl.SecretKeyHolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkExchangeTest {
    private static final String HOST = "127.0.0.1";
    private static final String SECRET = "spark.authenticate.secret";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final RunToken TOKEN = RunToken.random();

    private static SparkConf plain() {
        return new SparkConf(false).set("spark.app.id", "exchange-test");
    }

    private static SparkConf secret(String secret) {
        return plain().set("spark.authenticate", "true")
                .set("spark.network.crypto.enabled", "true")
                .set(SECRET, secret);
    }

    /** Knows one secret. */
    private record Secret(String secret) implements SecretKeyHolder {
        @Override
        public String getSaslUser(String application) {
            return "spark";
        }

        @Override
        public String getSecretKey(String application) {
            return secret;
        }
    }

    /** One rank: its vectors and its end of the exchange. */
    private record Rank(FlatVector parameters, FlatVector gradient, NetworkExchange exchange) {
        static Rank of(int rank, int ranks, long size, RunToken token, SparkConf conf, Duration patience) {
            FlatVector parameters = FlatVector.zeros(size);
            FlatVector gradient = FlatVector.zeros(size);
            Member member = new Member(
                    rank, ranks, token, parameters, gradient, GradientSource.NONE, new Threads(1), patience, () -> {});
            Secret secret = conf.contains(SECRET) ? new Secret(conf.get(SECRET)) : null;
            NetworkExchange exchange = new NetworkExchange(
                    member, HOST, handler -> new SparkNetwork(conf, secret, "exchange-test", patience, handler));
            return new Rank(parameters, gradient, exchange);
        }
    }

    private static List<Rank> ranks(int count, long size, SparkConf conf, Duration patience) {
        List<Rank> ranks = new ArrayList<>();
        for (int rank = 0; rank < count; rank++) {
            ranks.add(Rank.of(rank, count, size, TOKEN, conf, patience));
        }
        List<Address> addresses =
                ranks.stream().map(rank -> rank.exchange().address()).toList();
        ranks.forEach(rank -> rank.exchange().connect(addresses));
        return ranks;
    }

    private static void onEach(List<Rank> ranks, Consumer<Rank> work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(ranks.size());
        try {
            List<Future<?>> running = new ArrayList<>();
            ranks.forEach(rank -> running.add(pool.submit(() -> work.accept(rank))));
            for (Future<?> future : running) {
                future.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            pool.shutdownNow();
        }
    }

    private static float[] random(long seed, int size) {
        Random random = new Random(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static float[] serialSum(int ranks, int step, int size) {
        float[] sum = random(1000L * step, size);
        for (int rank = 1; rank < ranks; rank++) {
            float[] term = random(1000L * step + rank, size);
            for (int i = 0; i < size; i++) {
                sum[i] += term[i];
            }
        }
        return sum;
    }

    private static float[] values(FlatVector vector) {
        float[] values = new float[(int) vector.size()];
        vector.part(0, values.length).get(values);
        return values;
    }

    /** New parameters are the old ones less the summed gradient. */
    private static void step(Rank rank, int step, int size) {
        Exchange exchange = rank.exchange();
        Sharding sharding = exchange.sharding();
        rank.gradient().part(0, size).put(random(1000L * step + exchange.rank(), size));
        exchange.reduceScatter(step, chunk -> {});
        List<double[]> all = exchange.gather(step, "ranks", exchange.rank(), step);
        for (int r = 0; r < all.size(); r++) {
            assertThat(all.get(r)).containsExactly(r, step);
        }
        exchange.allGather(step, chunk -> {
            long from = sharding.chunkFrom(exchange.rank(), chunk);
            int length = sharding.chunkLength(exchange.rank(), chunk);
            FloatBuffer parameters = rank.parameters().part(from, length);
            FloatBuffer gradient = rank.gradient().part(from, length);
            for (int i = 0; i < length; i++) {
                parameters.put(i, parameters.get(i) - gradient.get(i));
            }
        });
    }

    private static void steps(int count, int size, SparkConf conf) throws Exception {
        float[] expected = new float[size];
        List<Rank> ranks = ranks(count, size, conf, PATIENCE);
        try {
            onEach(ranks, rank -> {
                for (int step = 0; step < 3; step++) {
                    step(rank, step, size);
                }
            });
            for (int step = 0; step < 3; step++) {
                float[] sum = serialSum(count, step, size);
                for (int i = 0; i < size; i++) {
                    expected[i] -= sum[i];
                }
            }
            ranks.forEach(rank -> assertThat(values(rank.parameters())).isEqualTo(expected));
            for (Rank rank : ranks) {
                double bound = 3 * 2.0 * (count - 1) / count * size * Float.BYTES;
                assertThat((double) rank.exchange().traffic().bytesSent()).isBetween(0.9 * bound, 1.1 * bound);
            }
        } finally {
            ranks.forEach(rank -> rank.exchange().close());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void sumsAreThoseOfAddingInRankOrder(int count) throws Exception {
        steps(count, Sharding.CHUNK + 12345, plain());
    }

    @Test
    void sumsAreTheSameUnderEncryption() throws Exception {
        steps(2, 100_000, secret("one that both know"));
    }

    @Test
    void strangerWithoutTheSecretIsRefused() {
        Duration patience = Duration.ofSeconds(5);
        Rank member = Rank.of(0, 2, 100, TOKEN, secret("the right one"), patience);
        Rank stranger = Rank.of(1, 2, 100, TOKEN, secret("a wrong one"), patience);
        Rank open = Rank.of(1, 2, 100, TOKEN, plain(), patience);
        try (LogLines log = new LogLines(RefusalLog.class)) {
            List<Address> addresses =
                    List.of(member.exchange().address(), stranger.exchange().address());
            assertThatThrownBy(() -> stranger.exchange().connect(addresses))
                    .isInstanceOf(PeerException.class)
                    .hasMessageStartingWith("rank 1 cannot connect to rank 0 (" + addresses.get(0) + "): ");
            open.exchange().connect(List.of(addresses.get(0), open.exchange().address()));
            assertThatThrownBy(() -> open.exchange().gather(0, "numbers", 1.0))
                    .isInstanceOf(PeerException.class)
                    .hasMessageContaining("rank 0 (" + addresses.get(0) + ")");
            assertThat(log.lines())
                    .hasSizeGreaterThanOrEqualTo(2)
                    .allSatisfy(line -> assertThat(line)
                            .startsWith("refused /127.0.0.1:")
                            .contains(", which does not know this application's secret"));
        } finally {
            List.of(member, stranger, open).forEach(rank -> rank.exchange().close());
        }
    }

    @Test
    void latePeerIsNamedWithItsAddressAndThePhase() {
        List<Rank> ranks = ranks(2, 100, plain(), Duration.ofSeconds(1));
        try {
            Exchange waiting = ranks.get(0).exchange();
            assertThatThrownBy(() -> waiting.reduceScatter(5, chunk -> {}))
                    .isInstanceOf(PeerException.class)
                    .hasMessage(
                            "rank 0 waited 1 seconds for the gradients of step 5 of rank 1 (%s); is that executor alive, and can it be reached? The recipe's key train.peer-timeout-seconds sets the time",
                            ranks.get(1).exchange().address());
        } finally {
            ranks.forEach(rank -> rank.exchange().close());
        }
    }

    @Test
    void departedPeerEndsTheWaitAtOnce() {
        List<Rank> ranks = ranks(2, 100, plain(), PATIENCE);
        try {
            ranks.get(1).exchange().close();
            Exchange waiting = ranks.get(0).exchange();
            assertThatThrownBy(() -> waiting.reduceScatter(0, chunk -> {}))
                    .isInstanceOf(PeerException.class)
                    .hasMessageContaining("rank 1 (" + ranks.get(1).exchange().address() + ")");
        } finally {
            ranks.forEach(rank -> rank.exchange().close());
        }
    }

    @Test
    void messageOfAnotherRunIsRefusedAndNotToldTheToken() {
        Rank rank = Rank.of(0, 2, 100, TOKEN, plain(), PATIENCE);
        Rank late = Rank.of(1, 2, 100, RunToken.random(), plain(), PATIENCE);
        try (LogLines log = new LogLines(Receiver.class)) {
            late.exchange()
                    .connect(List.of(rank.exchange().address(), late.exchange().address()));
            assertThatThrownBy(() -> late.exchange().gather(0, "numbers", 1.0))
                    .isInstanceOf(PeerException.class)
                    .hasMessageContaining("rank 0 refuses a message from /127.0.0.1:")
                    .hasMessageContaining(
                            "it has not the token of this run, so that it is of an earlier attempt or of a stranger");
            assertThat(log.lines()).singleElement().asString().startsWith("refused /127.0.0.1:");
        } finally {
            rank.exchange().close();
            late.exchange().close();
        }
    }

    @Test
    void strangersParametersAndGradientsChangeNothing() {
        int size = 100;
        Rank rank = Rank.of(0, 2, size, TOKEN, plain(), PATIENCE);
        Consumer<Exchange> parameters = exchange -> exchange.allGather(0, chunk -> {});
        Consumer<Exchange> gradients = exchange -> exchange.reduceScatter(0, chunk -> {});
        try {
            for (Consumer<Exchange> sending : List.of(parameters, gradients)) {
                Rank stranger = Rank.of(1, 2, size, RunToken.random(), plain(), PATIENCE);
                stranger.parameters().part(0, size).put(random(1, size));
                stranger.gradient().part(0, size).put(random(2, size));
                stranger.exchange()
                        .connect(List.of(
                                rank.exchange().address(), stranger.exchange().address()));
                assertThatThrownBy(() -> sending.accept(stranger.exchange()))
                        .isInstanceOf(PeerException.class)
                        .hasMessageStartingWith("rank 0 (" + rank.exchange().address() + ")");
                stranger.exchange().close();
            }
            assertThat(values(rank.parameters())).containsOnly(0);
            assertThat(values(rank.gradient())).containsOnly(0);
        } finally {
            rank.exchange().close();
        }
    }

    /** Spark's decoder would gather 2 GB before it looked at them. */
    @ParameterizedTest
    @ValueSource(longs = {Integer.MAX_VALUE - 1, Long.MAX_VALUE, -1})
    void messageThatAnnouncesTooMuchClosesTheConnectionBeforeItsFirstByte(long length) throws IOException {
        Rank rank = Rank.of(0, 2, 100, TOKEN, plain(), PATIENCE);
        try (Socket stranger = new Socket(
                InetAddress.getLoopbackAddress(), rank.exchange().address().port())) {
            stranger.setSoTimeout((int) PATIENCE.toMillis());
            stranger.getOutputStream()
                    .write(ByteBuffer.allocate(Long.BYTES + 1)
                            .putLong(length)
                            .put((byte) 3)
                            .array());
            assertThat(stranger.getInputStream().read()).isEqualTo(-1);
        } finally {
            rank.exchange().close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void allBeginWithTheParametersOfRank0(int count) throws Exception {
        int size = 3 * Sharding.CHUNK + 12345;
        List<Rank> ranks = ranks(count, size, plain(), PATIENCE);
        try {
            ranks.forEach(rank ->
                    rank.parameters().part(0, size).put(random(rank.exchange().rank(), size)));
            onEach(ranks, rank -> {
                rank.exchange().broadcast();
                assertThat(Arrays.mismatch(values(rank.parameters()), random(0, size)))
                        .isNegative();
                step(rank, 0, size);
            });
            float[] first = values(ranks.get(0).parameters());
            ranks.forEach(rank -> assertThat(Arrays.mismatch(values(rank.parameters()), first))
                    .isNegative());
        } finally {
            ranks.forEach(rank -> rank.exchange().close());
        }
    }

    @Test
    void aSingleRankOwnsEverythingAndSendsNothing() {
        try (Exchange solo = new SoloExchange(10)) {
            List<Integer> chunks = new ArrayList<>();
            solo.reduceScatter(0, chunks::add);
            solo.allGather(0, chunks::add);
            assertThat(chunks).containsExactly(0, 0);
            assertThat(solo.gather(0, "numbers", 1, 2)).containsExactly(new double[] {1, 2});
            assertThat(solo.traffic()).isEqualTo(Traffic.NONE);
        }
    }

    @Test
    void shardsCoverTheVectorWithoutOverlap() {
        Sharding sharding = new Sharding(10_000_019L, 7);
        assertThat(sharding.from(0)).isZero();
        assertThat(sharding.from(7)).isEqualTo(sharding.size());
        for (int rank = 0; rank < 7; rank++) {
            long covered = sharding.from(rank);
            for (int chunk = 0; chunk < sharding.chunks(rank); chunk++) {
                assertThat(sharding.chunkFrom(rank, chunk)).isEqualTo(covered);
                covered += sharding.chunkLength(rank, chunk);
            }
            assertThat(covered).isEqualTo(sharding.from(rank + 1));
        }
        assertThatThrownBy(() -> new Sharding(3, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("size is 3, must be at least the number of ranks, 4");
    }
}
