package io.github.marspark.jobs.images;

import io.github.marspark.data.image.RejectReason;
import org.jspecify.annotations.Nullable;

/**
 * What a listing knows to be wrong with an image, or with a file of many.
 *
 * @param reason why it is rejected; null of what is only told, and neither an image nor a reject
 * @param detail what was found, to be read after the path
 * @param unread bytes of a file of many images that were not read, so that what is in them is not known; null of
 *     anything else
 */
public record Trouble(
        @Nullable RejectReason reason,
        String detail,
        @Nullable Long unread) {
    /** Something that cannot be read at all. */
    static Trouble unreadable(String detail) {
        return new Trouble(RejectReason.UNREADABLE, detail, null);
    }

    /** An image whose name or label is not its own. */
    static Trouble ambiguous(String detail) {
        return new Trouble(RejectReason.AMBIGUOUS, detail, null);
    }

    /** A file of many images that cannot be read to its end. */
    static Trouble damaged(String detail, long unread) {
        return new Trouble(RejectReason.UNREADABLE, detail, unread);
    }

    /** Something that people should know and that costs no image. */
    static Trouble note(String detail) {
        return new Trouble(null, detail, null);
    }
}
