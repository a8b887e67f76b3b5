package io.github.marspark.jobs.exchange;

/** A peer that is late, gone or not to be reached; the message names its rank and address, and what was going on. */
public final class PeerException extends IllegalStateException {
    /**
     * With a sentence.
     *
     * @param message names rank, host, port and phase
     */
    public PeerException(String message) {
        super(message);
    }

    /**
     * With a sentence and what brought it about.
     *
     * @param message names rank, host, port and phase
     * @param cause from the network
     */
    public PeerException(String message, Throwable cause) {
        super(message, cause);
    }
}
