package io.github.marspark.jobs.images;

import java.io.Serializable;
import java.util.Iterator;

/** How an executor gets at the bytes of listed images. */
@FunctionalInterface
public interface Contents extends Serializable {
    /** Images whose paths, offsets and lengths say it all, or that the listing holds. */
    Contents OF_FILES = images -> images;

    /**
     * Reads what the listing does not say.
     *
     * @param images of one shard, in the order of their ids
     * @return the same, as {@link ImageLoader} takes them
     */
    Iterator<SourceImage> read(Iterator<SourceImage> images);
}
