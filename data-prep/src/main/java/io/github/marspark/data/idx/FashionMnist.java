package io.github.marspark.data.idx;

import io.github.marspark.data.files.Published;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * The 10,000 images of Fashion-MNIST's test set, which ship with the project: 28 x 28 grey levels, ten classes with
 * 1,000 images each. Written as image files in class folders, because that is what users have.
 *
 * @see <a href="https://github.com/zalandoresearch/fashion-mnist">Fashion-MNIST</a>
 * @see <a href="https://arxiv.org/abs/1708.07747">Xiao, Rasul, Vollgraf 2017</a>
 */
public final class FashionMnist {
    /** Names of the classes in the order of their labels. */
    public static final List<String> CLASS_NAMES = List.of(
            "T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot");

    /** Folder names of the classes, such as {@code 9-ankle-boot}; their alphabetical order is that of the labels. */
    public static final List<String> CLASS_FOLDERS = IntStream.range(0, CLASS_NAMES.size())
            .mapToObj(label -> label + "-"
                    + CLASS_NAMES.get(label).toLowerCase(Locale.ROOT).replace(' ', '-'))
            .toList();

    private static final String IMAGES = "/fashion-mnist/t10k-images-idx3-ubyte.gz";
    private static final String LABELS = "/fashion-mnist/t10k-labels-idx1-ubyte.gz";

    private FashionMnist() {}

    /**
     * Makes sure that a folder holds the images, {@code CLASS/NUMBER.png}. They are written beside it first and the
     * folder appears when all are there.
     *
     * @param folder one that holds exactly these images already, or is empty, or does not exist
     * @return whether they were written now; false if they were there
     * @throws IllegalStateException if the folder holds a part of the images or other data
     * @throws UncheckedIOException if they cannot be written
     */
    public static boolean writeInto(Path folder) {
        try {
            List<String> files = fileNames();
            if (isEmpty(folder)) {
                write(folder, files);
                return true;
            }
            requireExactly(files, folder);
            return false;
        } catch (IOException failure) {
            throw new UncheckedIOException("Fashion-MNIST cannot be written to " + folder + ": " + failure, failure);
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            return true;
        }
        if (!Files.isDirectory(folder)) {
            throw new IllegalStateException(folder + " is a file; name a folder for the Fashion-MNIST images");
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    private static void requireExactly(List<String> files, Path folder) throws IOException {
        Set<String> found = new TreeSet<>();
        try (Stream<Path> entries = Files.walk(folder)) {
            entries.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                    .forEach(found::add);
        }
        List<String> missing =
                files.stream().filter(file -> !found.remove(file)).toList();
        if (!found.isEmpty()) {
            throw new IllegalStateException(folder + " holds other data, such as "
                    + found.iterator().next() + "; name a new folder for the Fashion-MNIST images");
        }
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    folder + " holds " + (files.size() - missing.size()) + " of the " + files.size()
                            + " Fashion-MNIST images, " + missing.get(0)
                            + " for one is missing; remove the folder and run this again");
        }
    }

    private static void write(Path folder, List<String> files) throws IOException {
        Path target = folder.toAbsolutePath().normalize();
        Path parent = Objects.requireNonNull(target.getParent(), "the file system's root cannot be the folder");
        Files.createDirectories(parent);
        Published.folder(target, partial -> {
            for (String className : CLASS_FOLDERS) {
                Files.createDirectory(partial.resolve(className));
            }
            writeImages(partial, files);
        });
    }

    private static void writeImages(Path folder, List<String> files) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        try (IdxImages images = IdxImages.of(resource(IMAGES), IMAGES)) {
            for (String file : files) {
                BufferedImage image = new BufferedImage(images.columns(), images.rows(), BufferedImage.TYPE_BYTE_GRAY);
                image.getRaster().setDataElements(0, 0, images.columns(), images.rows(), images.next());
                write(image, writer, folder.resolve(file));
            }
        } finally {
            writer.dispose();
        }
    }

    private static void write(BufferedImage image, ImageWriter writer, Path file) throws IOException {
        try (ImageOutputStream output = new MemoryCacheImageOutputStream(Files.newOutputStream(file))) {
            writer.setOutput(output);
            writer.write(image);
        }
    }

    /** The file of each image in the order of the images, such as {@code 9-ankle-boot/00000.png}. */
    private static List<String> fileNames() {
        List<String> names = new ArrayList<>();
        try (IdxLabels labels = IdxLabels.of(resource(LABELS), LABELS)) {
            while (labels.hasNext()) {
                names.add(String.format(Locale.ROOT, "%s/%05d.png", CLASS_FOLDERS.get(labels.next()), names.size()));
            }
        }
        return names;
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(FashionMnist.class.getResourceAsStream(name), name);
    }
}
