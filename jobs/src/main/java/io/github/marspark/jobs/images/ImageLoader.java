package io.github.marspark.jobs.images;

import io.github.marspark.data.image.CenterCrop;
import io.github.marspark.data.image.ImageDecoder;
import io.github.marspark.data.image.ImageLimits;
import io.github.marspark.data.image.ImageRejected;
import io.github.marspark.data.image.RejectReason;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.files.Storage;
import java.io.EOFException;
import java.io.IOException;
import java.util.Objects;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/** Reads, decodes and crops images, on executors. Thread-safe. */
public final class ImageLoader {
    private static final long BYTES_A_PIXEL = 8;
    private static final long LEAST_MOST_BYTES = 1 << 24;

    private final ImageDecoder decoder;
    private final CenterCrop crop;
    private final long mostBytes;

    /**
     * A loader.
     *
     * @param imageSize side of the crop, in pixels
     * @param maxPixels of an image
     */
    public ImageLoader(int imageSize, long maxPixels) {
        decoder = new ImageDecoder(new ImageLimits(1, maxPixels));
        crop = new CenterCrop(imageSize);
        mostBytes = mostBytes(maxPixels);
    }

    /**
     * An image ready to be encoded.
     *
     * @param source where it came from
     * @param width of the original, in pixels
     * @param height of the original, in pixels
     * @param crop its centre, {@code (S, S, 3)}
     */
    public record Loaded(SourceImage source, int width, int height, RgbImage crop) {}

    /**
     * Loads one image.
     *
     * @param source to be loaded
     * @return its centre
     * @throws ImageRejected if it cannot be used
     */
    public Loaded load(SourceImage source) throws ImageRejected {
        RgbImage image = decoder.decode(bytes(source, mostBytes));
        return new Loaded(source, image.width(), image.height(), crop.apply(image));
    }

    /** How many bytes an image may have, if it may have some pixels. */
    static long mostBytes(long maxPixels) {
        return Math.min(Math.max(LEAST_MOST_BYTES, maxPixels * BYTES_A_PIXEL), Integer.MAX_VALUE - 8);
    }

    /**
     * Reads an image as it is, and tries again when the file system fails for a moment.
     *
     * @param source to be read
     * @param mostBytes that it may have
     * @throws ImageRejected if it is known to be unusable, has more bytes or cannot be read
     */
    static byte[] bytes(SourceImage source, long mostBytes) throws ImageRejected {
        Trouble trouble = source.trouble();
        if (trouble != null) {
            throw new ImageRejected(
                    Objects.requireNonNullElse(trouble.reason(), RejectReason.UNREADABLE), trouble.detail());
        }
        if (source.length() > mostBytes) {
            throw new ImageRejected(
                    RejectReason.TOO_MANY_BYTES,
                    "has " + source.length() + " bytes, more than the " + mostBytes + " allowed");
        }
        byte[] content = source.content();
        if (content != null) {
            return content;
        }
        try {
            return Attempts.of(() -> read(source));
        } catch (IOException failure) {
            throw unreadable(failure);
        }
    }

    private static byte[] read(SourceImage source) throws IOException {
        Path path = new Path(source.path());
        byte[] bytes = new byte[(int) source.length()];
        try (FSDataInputStream stream = Storage.of(path).open(path)) {
            stream.seek(source.offset());
            stream.readFully(bytes);
        }
        return bytes;
    }

    private static ImageRejected unreadable(IOException failure) {
        String words = failure instanceof EOFException ? "it is shorter than when it was listed" : failure.getMessage();
        return new ImageRejected(RejectReason.UNREADABLE, "cannot be read: " + words, failure);
    }
}
