package io.github.marspark.jobs.exchange;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;

/**
 * What the members of one attempt of a training know and nobody else: the driver draws it and sends it with the plan, each
 * message between them begins with it, and it stands in no refusal and no log. Immutable.
 */
public final class RunToken implements Serializable {
    /** Its length on the way. */
    static final int BYTES = 32;

    private static final long serialVersionUID = 1;

    private final byte[] bytes;

    private RunToken(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * A token that nobody can guess.
     *
     * @return 256 bits of the system's secure random numbers
     */
    public static RunToken random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return new RunToken(bytes);
    }

    /**
     * A message that begins with the token.
     *
     * @param length of what follows
     * @return ready for what follows
     */
    public ByteBuffer message(int length) {
        return ByteBuffer.allocate(BYTES + length).put(bytes);
    }

    /**
     * Takes the token from the beginning of a message; how long that takes does not tell how much of it was right.
     *
     * @param message left at what follows
     * @throws IllegalArgumentException if the message does not begin with it
     */
    public void requireIn(ByteBuffer message) {
        byte[] found = new byte[Math.min(BYTES, message.remaining())];
        message.get(found);
        if (!MessageDigest.isEqual(bytes, found)) {
            throw new IllegalArgumentException(
                    "it has not the token of this run, so that it is of an earlier attempt or of a stranger");
        }
    }

    @Override
    public String toString() {
        return "the token of a run";
    }
}
