package io.github.marspark.jobs.images;

import io.github.marspark.data.image.ImageRejected;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.model.autoencoder.ImageSource;
import io.github.marspark.model.classifier.LabelledSource;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images of a collection in the order of their ids, cut to one size; driver only.
 *
 * <p>What holds no usable image is named in the log, and the next one of its {@link #source} stands in for it. Images are
 * kept once decoded, as long as all of them fit in {@link #KEPT_BYTES}.
 */
public final class TrainingImages {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingImages.class);
    private static final long KEPT_BYTES = 1L << 29;

    private final ImageCollection collection;
    private final List<SourceImage> images;
    private final Contents contents;
    private final ImageLoader loader;
    private final @Nullable RgbImage @Nullable [] kept;
    private final BitSet rejected = new BitSet();

    /**
     * Images of a collection.
     *
     * @param collection that was listed
     * @param images of it in the order of their ids, at least one
     * @param size side of the crops, in pixels
     * @param maxPixels of an image
     */
    public TrainingImages(ImageCollection collection, List<SourceImage> images, int size, long maxPixels) {
        this.collection = collection;
        this.images = images;
        this.contents = collection.contents();
        this.loader = new ImageLoader(size, maxPixels);
        long bytes = (long) images.size() * size * size * RgbImage.CHANNELS;
        this.kept = bytes <= KEPT_BYTES ? new RgbImage[images.size()] : null;
        if (kept != null && contents.isInOrder()) {
            keepAll(kept);
        }
    }

    /** Reads each image once, one after the other, which some collections are much quicker at. */
    private void keepAll(@Nullable RgbImage[] decoded) {
        Iterator<SourceImage> all = contents.read(images.iterator());
        for (int index = 0; all.hasNext(); index++) {
            decoded[index] = decoded(index, all.next());
        }
    }

    /** How many there are. */
    public int count() {
        return images.size();
    }

    /**
     * The images to measure by and those to train on: the same where no usable one is left to train on, else none of them
     * in both.
     *
     * @param heldOut usable images to measure by, at least one
     * @param training images to train on, one of them usable at least
     */
    public record Split(int[] heldOut, int[] training) {
        /** Whether what is measured was not trained on. */
        public boolean isApart() {
            return heldOut != training;
        }
    }

    /**
     * Holds the first usable images out.
     *
     * @param order of all images
     * @param wanted how many to hold out
     * @throws IllegalArgumentException if none is usable
     */
    public Split split(int[] order, int wanted) {
        int[] heldOut = new int[wanted];
        int found = 0;
        int next = 0;
        for (; next < order.length && found < wanted; next++) {
            if (usable(order[next]) != null) {
                heldOut[found++] = order[next];
            }
        }
        if (found == 0) {
            throw noneUsable();
        }
        while (next < order.length && usable(order[next]) == null) {
            next++;
        }
        int[] apart = Arrays.copyOf(heldOut, found);
        return new Split(apart, next < order.length ? Arrays.copyOfRange(order, next, order.length) : apart);
    }

    /** Some of the images as the autoencoder's trainer reads them. */
    public ImageSource source(int[] chosen) {
        return new ImageSource() {
            @Override
            public int count() {
                return chosen.length;
            }

            @Override
            public void read(int index, float[] target, int offset) {
                float[] values = image(chosen, index).normalized(); // (3, size, size)
                System.arraycopy(values, 0, target, offset, values.length);
            }
        };
    }

    /** The same with the labels of the images that are read. */
    public LabelledSource labelled(int[] chosen) {
        ImageSource source = source(chosen);
        return new LabelledSource() {
            @Override
            public int count() {
                return source.count();
            }

            @Override
            public void read(int index, float[] target, int offset) {
                source.read(index, target, offset);
            }

            @Override
            public int label(int index) {
                return images.get(usableOf(chosen, index)).label();
            }
        };
    }

    private RgbImage image(int[] chosen, int first) {
        return Objects.requireNonNull(usable(usableOf(chosen, first)));
    }

    /** One of the chosen images, or the next one of them that is usable. */
    private int usableOf(int[] chosen, int first) {
        for (int tried = 0; tried < chosen.length; tried++) {
            int index = chosen[(first + tried) % chosen.length];
            if (usable(index) != null) {
                return index;
            }
        }
        throw noneUsable();
    }

    private IllegalArgumentException noneUsable() {
        return new IllegalArgumentException(
                "none of the %d images in %s can be read, looked at with encode.source = %s; the warnings above say why"
                        .formatted(images.size(), collection.root(), collection.kind()));
    }

    /** An image, or nothing if it is not usable, which is told once. */
    private @Nullable RgbImage usable(int index) {
        if (rejected.get(index)) {
            return null;
        }
        RgbImage known = kept == null ? null : kept[index];
        if (known != null) {
            return known;
        }
        RgbImage image = decoded(index, contents.readOne(images.get(index)));
        if (kept != null) {
            kept[index] = image;
        }
        return image;
    }

    private @Nullable RgbImage decoded(int index, SourceImage image) {
        try {
            return loader.load(image).crop();
        } catch (ImageRejected e) {
            LOG.warn("{} is left out: it {}", image.id(), e.getMessage());
            rejected.set(index);
            return null;
        }
    }
}
