package io.github.marspark.jobs.tokenizer;

import io.github.marspark.data.image.CenterCrop;
import io.github.marspark.data.image.ImageDecoder;
import io.github.marspark.data.image.ImageLimits;
import io.github.marspark.data.image.ImageRejected;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.files.Storage;
import io.github.marspark.model.autoencoder.ImageSource;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The image files below a folder, cut to one size; driver only.
 *
 * <p>A file that holds no usable image is named in the log, and the next one of its {@link #source} stands in for it.
 * Images are kept once decoded, as long as all of them fit in {@link #KEPT_BYTES}.
 */
public final class ImageFiles {
    private static final Logger LOG = LoggerFactory.getLogger(ImageFiles.class);
    private static final long KEPT_BYTES = 1L << 29;

    private final String address;
    private final FileSystem files;
    private final List<Path> paths;
    private final ImageDecoder decoder;
    private final CenterCrop crop;
    private final @Nullable RgbImage @Nullable [] kept;
    private final BitSet rejected = new BitSet();

    private ImageFiles(String address, FileSystem files, List<Path> paths, ImageDecoder decoder, CenterCrop crop) {
        this.address = address;
        this.files = files;
        this.paths = paths;
        this.decoder = decoder;
        this.crop = crop;
        long bytes = (long) paths.size() * crop.size() * crop.size() * RgbImage.CHANNELS;
        this.kept = bytes <= KEPT_BYTES ? new RgbImage[paths.size()] : null;
    }

    /**
     * Lists the files below a folder, in the order of their paths; what begins with a dot or an underscore is left out.
     *
     * @param address of the folder, on any file system that Hadoop knows
     * @param size side of the images
     * @throws UncheckedIOException naming the folder, if there is none
     * @throws IllegalArgumentException naming the folder, if there is no file below it
     */
    public static ImageFiles below(String address, int size) {
        try {
            Path folder = Storage.qualified(address);
            FileSystem files = Storage.of(folder);
            List<Path> paths = new ArrayList<>();
            RemoteIterator<LocatedFileStatus> found = files.listFiles(folder, true);
            while (found.hasNext()) {
                Path path = found.next().getPath();
                if (!path.getName().startsWith(".") && !path.getName().startsWith("_")) {
                    paths.add(path);
                }
            }
            if (paths.isEmpty()) {
                throw new IllegalArgumentException(
                        "images " + address + " is empty: put image files into it, in one folder a class");
            }
            paths.sort(null);
            return new ImageFiles(address, files, paths, new ImageDecoder(ImageLimits.DEFAULT), new CenterCrop(size));
        } catch (FileNotFoundException e) {
            throw new UncheckedIOException("images " + address + " does not exist; images= names their folder", e);
        } catch (IOException e) {
            throw new UncheckedIOException("images " + address + " cannot be listed: " + e.getMessage(), e);
        }
    }

    public int count() {
        return paths.size();
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
        boolean isApart() {
            return heldOut != training;
        }
    }

    /**
     * Holds the first usable images out.
     *
     * @param order of all images
     * @param wanted how many to hold out
     * @throws IllegalArgumentException if no file holds a usable image
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

    /** One of the chosen images, or the next one of them that is usable. */
    private RgbImage image(int[] chosen, int first) {
        for (int tried = 0; tried < chosen.length; tried++) {
            RgbImage image = usable(chosen[(first + tried) % chosen.length]);
            if (image != null) {
                return image;
            }
        }
        throw noneUsable();
    }

    private IllegalArgumentException noneUsable() {
        return new IllegalArgumentException("images " + address + " has " + paths.size()
                + " files and none holds an image that can be read; the warnings above say why");
    }

    /** An image, or nothing if its file holds none, which is told once. */
    private @Nullable RgbImage usable(int index) {
        if (rejected.get(index)) {
            return null;
        }
        try {
            return decoded(index);
        } catch (ImageRejected e) {
            LOG.warn("{} is left out: {}", paths.get(index), e.getMessage());
            rejected.set(index);
            return null;
        }
    }

    private RgbImage decoded(int index) throws ImageRejected {
        RgbImage known = kept == null ? null : kept[index];
        if (known != null) {
            return known;
        }
        RgbImage image = crop.apply(decoder.decode(bytes(paths.get(index))));
        if (kept != null) {
            kept[index] = image;
        }
        return image;
    }

    private byte[] bytes(Path path) {
        try (var stream = files.open(path)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(path + " cannot be read: " + e.getMessage(), e);
        }
    }
}
