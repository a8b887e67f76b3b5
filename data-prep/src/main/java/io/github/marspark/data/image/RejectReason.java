package io.github.marspark.data.image;

/** Why an image was not taken, the column {@code reason} of a table of rejects. */
public enum RejectReason {
    /** It could not be read at all: a directory, no permission, an input error. */
    UNREADABLE,
    /** It has no bytes. */
    EMPTY,
    /** Its first bytes are those of no image format. */
    NOT_AN_IMAGE,
    /** It is an image, of a format or variant that cannot be decoded here. */
    UNSUPPORTED,
    /** It ends before its image does. */
    TRUNCATED,
    /** Its bytes contradict its format or its checksums. */
    CORRUPT,
    /** Its header promises more pixels than allowed. */
    TOO_MANY_PIXELS,
    /** It has more bytes than allowed. */
    TOO_MANY_BYTES,
    /** Its shorter side is below the least allowed. */
    TOO_SMALL,
    /** Its name is another's too, or its label cannot be read or told from another's. */
    AMBIGUOUS,
    /** Its bytes are those of another image, and the recipe wants each image once. */
    DUPLICATE,
    /** Its class has as many images as the recipe wants without it. */
    SURPLUS
}
