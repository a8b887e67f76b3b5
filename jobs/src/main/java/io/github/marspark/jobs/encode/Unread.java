package io.github.marspark.jobs.encode;

/**
 * Files of many images that could not be read to their end, so that it is not known how many images are in them; driver
 * only.
 *
 * @param files how many of them there are
 * @param bytes of them that were not read
 * @param containers files of many images in all
 */
record Unread(long files, long bytes, long containers) {
    static final Unread NOTHING = new Unread(0, 0, 1);

    /** The share of the collection that this may be, counting each file as much as any other. */
    double share() {
        return (double) files / containers;
    }

    /** For a person. */
    @Override
    public String toString() {
        return "%d of %d files cannot be read to their end; what is in %,d bytes of them is not known"
                .formatted(files, containers, bytes);
    }
}
