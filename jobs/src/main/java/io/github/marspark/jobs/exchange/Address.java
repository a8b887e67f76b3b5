package io.github.marspark.jobs.exchange;

/**
 * Where a peer listens.
 *
 * @param host name or number
 * @param port of TCP
 */
public record Address(String host, int port) {
    /**
     * Reads what {@link #toString} wrote.
     *
     * @param text host, colon and port
     * @return the address
     */
    public static Address parse(String text) {
        int colon = text.lastIndexOf(':');
        return new Address(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
