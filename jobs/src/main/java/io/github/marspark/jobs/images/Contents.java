package io.github.marspark.jobs.images;

import java.io.Serializable;
import java.util.Iterator;

/** How the bytes of listed images are read. */
public interface Contents extends Serializable {
    /** Images whose paths, offsets and lengths say it all, or that the listing holds. */
    Contents OF_FILES = images -> images;

    /**
     * Reads what the listing does not say.
     *
     * @param images of one file, in the order of their ids
     * @return the same, as {@link ImageLoader} takes them
     */
    Iterator<SourceImage> read(Iterator<SourceImage> images);

    /** Whether images are read much faster one after the other, in the order of their ids. */
    default boolean isInOrder() {
        return false;
    }

    /** Reads what the listing does not say of one image, whichever was read before. */
    default SourceImage readOne(SourceImage image) {
        return image;
    }
}
