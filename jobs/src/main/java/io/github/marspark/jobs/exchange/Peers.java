package io.github.marspark.jobs.exchange;

/** What an inbox asks about the other ranks. */
interface Peers {
    /** Rank and address, for messages. */
    String name(int rank);

    /** Whether the connection to the rank is closed. */
    boolean isGone(int rank);
}
