package io.github.marspark.data.image;

/**
 * An image that was not taken, with the reason as a constant and as words that follow the image's name, such as
 * "ends before its image does". Checked, because a collection always has some and each must be accounted for.
 */
public final class ImageRejected extends Exception {
    private final RejectReason reason;

    /**
     * Rejects an image.
     *
     * @param reason which kind
     * @param detail what was found, to be read after the image's name
     */
    public ImageRejected(RejectReason reason, String detail) {
        super(detail);
        this.reason = reason;
    }

    /**
     * Rejects an image because of an exception.
     *
     * @param reason which kind
     * @param detail what was found, to be read after the image's name
     * @param cause what the decoder threw
     */
    public ImageRejected(RejectReason reason, String detail, Throwable cause) {
        super(detail, cause);
        this.reason = reason;
    }

    /**
     * {@return which kind}
     */
    public RejectReason reason() {
        return reason;
    }
}
