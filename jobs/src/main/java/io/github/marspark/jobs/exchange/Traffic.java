package io.github.marspark.jobs.exchange;

/**
 * What an exchange has cost a rank.
 *
 * @param bytesSent payload and headers, before any encryption
 * @param bytesReceived payload and headers, after any decryption
 * @param waitingNanos time spent waiting for what others send
 */
public record Traffic(long bytesSent, long bytesReceived, long waitingNanos) {
    /** None. */
    public static final Traffic NONE = new Traffic(0, 0, 0);

    /**
     * What came after an earlier moment.
     *
     * @param earlier the traffic at that moment
     * @return the difference
     */
    public Traffic since(Traffic earlier) {
        return new Traffic(
                bytesSent - earlier.bytesSent,
                bytesReceived - earlier.bytesReceived,
                waitingNanos - earlier.waitingNanos);
    }
}
