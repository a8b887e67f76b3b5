package io.github.marspark.jobs.exchange;

import io.netty.channel.Channel;
import java.nio.ByteBuffer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.StreamCallbackWithID;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.apache.spark.network.server.TransportServerBootstrap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Names in the log who was refused for not knowing the secret. */
final class RefusalLog implements TransportServerBootstrap {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);

    private final TransportServerBootstrap authentication;

    RefusalLog(TransportServerBootstrap authentication) {
        this.authentication = authentication;
    }

    @Override
    public RpcHandler doBootstrap(Channel channel, RpcHandler handler) {
        Admission admission = new Admission(handler);
        return new Gate(authentication.doBootstrap(channel, admission), admission);
    }

    /** Behind the authentication: whoever gets here knew the secret. */
    private static final class Admission extends Forwarding {
        private volatile boolean admitted;

        Admission(RpcHandler handler) {
            super(handler);
        }

        @Override
        public void receive(TransportClient client, ByteBuffer message, RpcResponseCallback callback) {
            admitted = true;
            super.receive(client, message, callback);
        }

        @Override
        public void receive(TransportClient client, ByteBuffer message) {
            admitted = true;
            super.receive(client, message);
        }

        @Override
        public StreamCallbackWithID receiveStream(
                TransportClient client, ByteBuffer header, RpcResponseCallback callback) {
            admitted = true;
            return super.receiveStream(client, header, callback);
        }
    }

    /** Before the authentication. */
    private static final class Gate extends Forwarding {
        private final Admission admission;

        Gate(RpcHandler authentication, Admission admission) {
            super(authentication);
            this.admission = admission;
        }

        @Override
        public void receive(TransportClient client, ByteBuffer message, RpcResponseCallback callback) {
            try {
                super.receive(client, message, new Watched(client, callback));
            } catch (RuntimeException e) {
                refused(client, e);
                throw e;
            }
        }

        @Override
        public void receive(TransportClient client, ByteBuffer message) {
            try {
                super.receive(client, message);
            } catch (RuntimeException e) {
                refused(client, e);
                throw e;
            }
        }

        @Override
        public StreamCallbackWithID receiveStream(
                TransportClient client, ByteBuffer header, RpcResponseCallback callback) {
            try {
                return super.receiveStream(client, header, callback);
            } catch (RuntimeException e) {
                refused(client, e);
                throw e;
            }
        }

        private void refused(TransportClient client, Throwable reason) {
            if (!admission.admitted) {
                LOG.warn(
                        "refused {}, which does not know this application's secret ({})",
                        client.getSocketAddress(),
                        reason.toString());
            }
        }

        private final class Watched implements RpcResponseCallback {
            private final TransportClient client;
            private final RpcResponseCallback callback;

            Watched(TransportClient client, RpcResponseCallback callback) {
                this.client = client;
                this.callback = callback;
            }

            @Override
            public void onSuccess(ByteBuffer response) {
                callback.onSuccess(response);
            }

            @Override
            public void onFailure(Throwable reason) {
                refused(client, reason);
                callback.onFailure(reason);
            }
        }
    }

    /** Passes everything on. */
    private abstract static class Forwarding extends RpcHandler {
        private final RpcHandler next;

        Forwarding(RpcHandler next) {
            this.next = next;
        }

        @Override
        public void receive(TransportClient client, ByteBuffer message, RpcResponseCallback callback) {
            next.receive(client, message, callback);
        }

        @Override
        public void receive(TransportClient client, ByteBuffer message) {
            next.receive(client, message);
        }

        @Override
        public StreamCallbackWithID receiveStream(
                TransportClient client, ByteBuffer header, RpcResponseCallback callback) {
            return next.receiveStream(client, header, callback);
        }

        @Override
        public StreamManager getStreamManager() {
            return next.getStreamManager();
        }

        @Override
        public MergedBlockMetaReqHandler getMergedBlockMetaReqHandler() {
            return next.getMergedBlockMetaReqHandler();
        }

        @Override
        public void channelActive(TransportClient client) {
            next.channelActive(client);
        }

        @Override
        public void channelInactive(TransportClient client) {
            next.channelInactive(client);
        }

        @Override
        public void exceptionCaught(Throwable cause, TransportClient client) {
            next.exceptionCaught(cause, client);
        }
    }
}
