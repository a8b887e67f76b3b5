package io.github.marspark.jobs.exchange;

import java.nio.ByteBuffer;
import org.apache.spark.network.client.StreamCallbackWithID;

/** A chunk that is coming in, brought to its place as it comes. Runs on one of the network's threads. */
final class Arrival implements StreamCallbackWithID {
    private final Message head;
    private final Sink sink;
    private final int size;
    private final Runnable complete;

    /**
     * A chunk's arrival.
     *
     * @param complete called when all of it is in its place
     */
    Arrival(Message head, Sink sink, Runnable complete) {
        this.head = head;
        this.sink = sink;
        this.size = sink.missing();
        this.complete = complete;
    }

    @Override
    public String getID() {
        return head.toString();
    }

    @Override
    public void onData(String id, ByteBuffer bytes) {
        if (bytes.remaining() > sink.missing()) {
            throw new IllegalArgumentException(
                    "%s of rank %d has more than %d bytes".formatted(head.kind(), head.rank(), size));
        }
        sink.take(bytes);
    }

    @Override
    public void onComplete(String id) {
        if (sink.missing() > 0) {
            throw new IllegalArgumentException("%s of rank %d has %d bytes, must have %d"
                    .formatted(head.kind(), head.rank(), size - sink.missing(), size));
        }
        complete.run();
    }

    @Override
    public void onFailure(String id, Throwable cause) {
        // the rank that waits for it sees that the connection is closed
    }
}
