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
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The images of an IDX file of the MNIST family, each as a PNG file in memory. Its labels are in the file whose name has
 * {@code labels} for {@code images} and {@code idx1} for {@code idx3}. Runs on executors.
 */
final class IdxMembers implements Iterator<SourceImage> {
    private final SourceImage container;
    private final IdxImages images;
    private final @Nullable IdxLabels labels;
    private int taken;
    private boolean broken;

    private IdxMembers(SourceImage container, IdxImages images, @Nullable IdxLabels labels) {
        this.container = container;
        this.images = images;
        this.labels = labels;
    }

    static boolean isContainer(String id) {
        return id.matches("(?s).*idx3-ubyte(\\.gz)?");
    }

    static Iterator<SourceImage> list(SourceImage container) {
        try {
            IdxImages images = IdxImages.of(open(container.path()), container.path());
            return new IdxMembers(container, images, labels(container, images.count()));
        } catch (IOException | RuntimeException failure) {
            return List.of(container.withProblem("cannot be read: " + failure.getMessage()))
                    .iterator();
        }
    }

    private static InputStream open(String address) throws IOException {
        Path path = new Path(address);
        return Storage.of(path).open(path);
    }

    private static @Nullable IdxLabels labels(SourceImage container, int images) throws IOException {
        int start = container.path().lastIndexOf('/') + 1;
        String name = container.path().substring(start);
        String address = container.path().substring(0, start)
                + name.replace("images", "labels").replace("idx3", "idx1");
        try {
            IdxLabels labels = IdxLabels.of(open(address), address);
            if (labels.count() != images) {
                throw new IllegalArgumentException(
                        "it has " + images + " images, but " + address + " has " + labels.count() + " labels");
            }
            return labels;
        } catch (FileNotFoundException none) {
            return null;
        }
    }

    @Override
    public boolean hasNext() {
        return !broken && images.hasNext();
    }

    @Override
    public SourceImage next() {
        String id = "%s#%08d".formatted(container.id(), taken);
        try {
            byte[] png = png(images.next());
            int label = labels == null ? LatentHeader.UNLABELLED : labels.next();
            taken++;
            return new SourceImage(id, container.path(), 0, png.length, container.modified(), label, null, png);
        } catch (IOException | RuntimeException failure) {
            broken = true;
            return container.withProblem("cannot be read after " + taken + " images: " + failure.getMessage());
        }
    }

    private byte[] png(byte[] levels) throws IOException {
        BufferedImage image = new BufferedImage(images.columns(), images.rows(), BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setDataElements(0, 0, images.columns(), images.rows(), levels);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }
}
