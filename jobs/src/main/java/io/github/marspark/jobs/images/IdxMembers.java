package io.github.marspark.jobs.images;

import io.github.marspark.data.idx.IdxImages;
import io.github.marspark.data.idx.IdxLabels;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.jobs.files.Storage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The images of an IDX file of the MNIST family, each as a PNG file in memory. Its labels are in the file whose name has
 * {@code labels} for {@code images} and {@code idx1} for {@code idx3}. Both are read through once before the first image
 * is given, since only their ends tell whether they are as long as their headers say. Runs on executors.
 */
final class IdxMembers implements Iterator<SourceImage> {
    private static final String ZIPPED = ".gz";

    /** Than its content a zipped file can be, and a little more. */
    private static final int MOST_TIMES_SMALLER = 1100;

    private final SourceImage container;
    private final IdxImages images;
    private final @Nullable IdxLabels labels;
    private int taken;

    private IdxMembers(SourceImage container, IdxImages images, @Nullable IdxLabels labels) {
        this.container = container;
        this.images = images;
        this.labels = labels;
    }

    static boolean isContainer(String id) {
        return id.matches("(?s).*idx3-ubyte(\\.gz)?");
    }

    static Iterator<SourceImage> list(SourceImage container, ImageSettings settings) {
        try {
            return Attempts.of(() -> members(container, settings));
        } catch (IOException | UncheckedIOException | IllegalArgumentException failure) {
            return container.damaged("cannot be read: " + failure.getMessage());
        }
    }

    private static Iterator<SourceImage> members(SourceImage container, ImageSettings settings) throws IOException {
        String address = container.path();
        int count;
        try (IdxImages images = images(address)) {
            count = images.count();
            requirePossible(images, container.length());
            images.forEachRemaining(image -> {});
        }
        String ofLabels = settings.labelled() ? labelFile(address) : null;
        if (ofLabels != null) {
            checkLabels(ofLabels, count);
        }
        if (count == 0) {
            return List.of(container.withTrouble(Trouble.note("has no images in it")))
                    .iterator();
        }
        return new IdxMembers(container, images(address), ofLabels == null ? null : labels(ofLabels));
    }

    /** Before memory is taken for an image. */
    private static void requirePossible(IdxImages images, long length) {
        double promised = (double) images.count() * images.rows() * images.columns();
        if (promised > MOST_TIMES_SMALLER * (double) length) {
            throw new IllegalArgumentException("its header promises %d images of %d × %d pixels, but it has %d bytes"
                    .formatted(images.count(), images.rows(), images.columns(), length));
        }
    }

    private static void checkLabels(String address, int images) throws IOException {
        try (IdxLabels labels = labels(address)) {
            if (labels.count() != images) {
                throw new IllegalArgumentException(
                        "it has " + images + " images, but " + address + " has " + labels.count() + " labels");
            }
            labels.forEachRemaining(label -> {});
        }
    }

    private static IdxImages images(String address) throws IOException {
        return IdxImages.of(open(address), address);
    }

    private static IdxLabels labels(String address) throws IOException {
        return IdxLabels.of(open(address), address);
    }

    private static InputStream open(String address) throws IOException {
        Path path = new Path(address);
        return Storage.of(path).open(path);
    }

    /** The file of labels, zipped or not whatever that of the images is; null if there is none. */
    private static @Nullable String labelFile(String images) throws IOException {
        int start = images.lastIndexOf('/') + 1;
        String name = images.substring(start).replace("images", "labels").replace("idx3", "idx1");
        String own = images.substring(0, start) + name;
        String other = name.endsWith(ZIPPED) ? own.substring(0, own.length() - ZIPPED.length()) : own + ZIPPED;
        for (String address : List.of(own, other)) {
            if (!address.equals(images) && exists(new Path(address))) {
                return address;
            }
        }
        return null;
    }

    private static boolean exists(Path path) throws IOException {
        try {
            return Storage.of(path).getFileStatus(path).isFile();
        } catch (FileNotFoundException none) {
            return false;
        }
    }

    @Override
    public boolean hasNext() {
        return images.hasNext();
    }

    @Override
    public SourceImage next() {
        String id = "%s#%08d".formatted(container.id(), taken);
        byte[] png = png(images.next());
        int label = labels == null ? LatentHeader.UNLABELLED : labels.next();
        taken++;
        if (!images.hasNext()) {
            close();
        }
        return new SourceImage(id, container.path(), 0, png.length, container.modified(), label, null, null, png);
    }

    private void close() {
        images.close();
        if (labels != null) {
            labels.close();
        }
    }

    private byte[] png(byte[] levels) {
        BufferedImage image = new BufferedImage(images.columns(), images.rows(), BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setDataElements(0, 0, images.columns(), images.rows(), levels);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException("a PNG file does not fit memory", impossible);
        }
        return bytes.toByteArray();
    }
}
