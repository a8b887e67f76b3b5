package io.github.marspark.jobs.exchange;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.net.BindException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientBootstrap;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.crypto.AuthClientBootstrap;
import org.apache.spark.network.crypto.AuthServerBootstrap;
import org.apache.spark.network.netty.SparkTransportConf;
import org.apache.spark.network.sasl.SecretKeyHolder;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.TransportServer;
import org.apache.spark.network.server.TransportServerBootstrap;
import org.apache.spark.network.util.TransportConf;
import org.jspecify.annotations.Nullable;

/**
 * One end of Spark's network layer: listens and connects, protected as Spark's own connections are by
 * {@code spark.authenticate} and {@code spark.network.crypto}.
 */
public final class SparkNetwork implements AutoCloseable {
    private static final String MODULE = "mar";
    private static final int THREADS = 2;

    private final TransportContext context;
    private final TransportClientFactory clients;
    private final List<TransportServerBootstrap> serverBootstraps;
    private @Nullable TransportServer server;

    /**
     * An end that answers with a handler.
     *
     * @param configuration of Spark
     * @param secrets the application's secret; null if there is none to be known
     * @param application Spark's name of the application
     * @param timeout after which a silent connection is given up
     * @param handler of what others send
     */
    public SparkNetwork(
            SparkConf configuration,
            @Nullable SecretKeyHolder secrets,
            String application,
            Duration timeout,
            RpcHandler handler) {
        TransportConf transport = transport(configuration, timeout);
        this.context = new TransportContext(transport, handler);
        if (secrets != null) {
            this.serverBootstraps =
                    List.of(SparkNetwork::limit, new RefusalLog(new AuthServerBootstrap(transport, secrets)));
            TransportClientBootstrap prove = new AuthClientBootstrap(transport, application, secrets);
            this.clients = context.createClientFactory(List.of(prove));
        } else {
            this.serverBootstraps = List.of(SparkNetwork::limit);
            this.clients = context.createClientFactory();
        }
    }

    /** Stands before all that Spark adds to a connection. */
    private static RpcHandler limit(Channel connection, RpcHandler handler) {
        connection.pipeline().addFirst(new FrameLimit());
        return handler;
    }

    /**
     * An end in this driver or executor.
     *
     * @param timeout after which a silent connection is given up
     * @param handler of what others send
     * @return protected like Spark's own connections
     */
    public static SparkNetwork ofThisProcess(Duration timeout, RpcHandler handler) {
        SparkEnv environment = SparkEnv.get();
        SparkConf configuration = environment.conf();
        SecurityManager security = environment.securityManager();
        return new SparkNetwork(
                configuration,
                security.isAuthenticationEnabled() ? security : null,
                configuration.getAppId(),
                timeout,
                handler);
    }

    /**
     * The name under which others reach this driver or executor.
     *
     * @return a host
     */
    public static String hostOfThisProcess() {
        return SparkEnv.get().blockManager().blockManagerId().host();
    }

    private static TransportConf transport(SparkConf configuration, Duration timeout) {
        SparkConf own = configuration.clone();
        own.set("spark.%s.io.connectionTimeout".formatted(MODULE), timeout.toSeconds() + "s");
        return SparkTransportConf.fromSparkConf(own, MODULE, THREADS, scala.Option.empty());
    }

    /**
     * Begins to listen on a free port.
     *
     * @param host the name under which others reach this process; where it is no address of this machine, all are used
     * @return where to connect to
     */
    public Address listen(String host) {
        TransportServer opened = bind(host);
        server = opened;
        return new Address(host, opened.getPort());
    }

    private TransportServer bind(String host) {
        try {
            return context.createServer(host, 0, serverBootstraps);
        } catch (RuntimeException e) {
            if (isBindFailure(e)) {
                return context.createServer(0, serverBootstraps);
            }
            throw e;
        }
    }

    /** Netty throws checked exceptions without declaring them, so the type is found among the causes. */
    private static boolean isBindFailure(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException || cause instanceof UnresolvedAddressException) {
                return true;
            }
        }
        return false;
    }

    /**
     * Connects.
     *
     * @param address where someone listens
     * @return an open connection
     * @throws IOException if nobody answers, or refuses
     */
    public TransportClient connect(Address address) throws IOException {
        try {
            return clients.createUnmanagedClient(address.host(), address.port());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while connecting to " + address, e);
        }
    }

    /**
     * Closes the connection to someone who is refused, after the answers that are under way; for the network's threads, which
     * must not wait for that.
     *
     * @param peer who has sent something
     */
    public static void hangUp(TransportClient peer) {
        ChannelFuture unused = peer.getChannel().close();
    }

    @Override
    public void close() {
        clients.close();
        if (server != null) {
            Objects.requireNonNull(server).close();
        }
        context.close();
    }
}
