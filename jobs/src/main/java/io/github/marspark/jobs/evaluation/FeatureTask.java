package io.github.marspark.jobs.evaluation;

import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.data.image.ImageRejected;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.images.Contents;
import io.github.marspark.jobs.images.ImageLoader;
import io.github.marspark.jobs.images.ImageLoader.Loaded;
import io.github.marspark.jobs.images.MappedIterator;
import io.github.marspark.jobs.images.SourceImage;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.io.ByteArrayOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.util.LongAccumulator;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Computes the features of pieces of a set; runs on executors.
 *
 * @param network whose features
 * @param reconstruction what is done to images first, null for nothing
 * @param contents how images are read
 * @param imageSize side of the square that is looked at, in pixels
 * @param maxPixels of an image
 * @param cropped whether images of another size are cut
 * @param batch images given to the network at once
 * @param done counts images
 */
record FeatureTask(
        FeatureNetwork network,
        @Nullable Reconstruction reconstruction,
        Contents contents,
        int imageSize,
        long maxPixels,
        boolean cropped,
        int batch,
        LongAccumulator done)
        implements FlatMapFunction<Iterator<FeatureTask.Piece>, FeatureBlock> {
    /**
     * Images whose numbers follow one another.
     *
     * @param first number of the first
     * @param rows of {@link SourceImage#SCHEMA}
     * @param labels class of each, or -1
     */
    record Piece(int first, List<Row> rows, int[] labels) implements Serializable {}

    @Override
    public Iterator<FeatureBlock> call(Iterator<Piece> pieces) {
        if (!pieces.hasNext()) {
            return List.<FeatureBlock>of().iterator();
        }
        int threads = TaskContext.get() == null ? 1 : TaskContext.get().cpus();
        Kernels kernels = new CpuKernels(new Threads(threads));
        Look look = new Look(network.open(kernels), reconstruction == null ? null : reconstruction.open(kernels));
        return new MappedIterator<>(pieces, piece -> block(look, piece));
    }

    /** Blocks with the number of the larger one that each lies in. */
    static Iterator<Tuple2<Integer, FeatureBlock>> numbered(Iterator<FeatureBlock> parts, int images) {
        return new MappedIterator<>(parts, part -> new Tuple2<>(part.first() / images, part));
    }

    private record Look(FeatureNetwork.Eye eye, Reconstruction.@Nullable Maker maker) {}

    private FeatureBlock block(Look look, Piece piece) {
        ImageLoader loader = new ImageLoader(imageSize, maxPixels);
        List<FeatureBlock> blocks = new ArrayList<>();
        List<Loaded> loaded = new ArrayList<>();
        List<Integer> numbers = new ArrayList<>();
        List<String> rejects = new ArrayList<>();
        Iterator<SourceImage> images =
                contents.read(piece.rows.stream().map(SourceImage::of).iterator());
        for (int number = piece.first; images.hasNext(); number++) {
            SourceImage image = images.next();
            try {
                loaded.add(load(loader, image));
                numbers.add(number);
            } catch (ImageRejected rejected) {
                rejects.add("%s %s".formatted(image.id(), rejected.getMessage()));
            }
            if (!loaded.isEmpty() && (loaded.size() == batch || !images.hasNext())) {
                blocks.add(look(look, piece, loaded, numbers));
                loaded.clear();
                numbers.clear();
            }
        }
        blocks.add(new FeatureBlock(
                piece.first, new int[0], new int[0], new float[0], new float[0], new byte[0], rejects));
        done.add(piece.rows.size());
        return FeatureBlock.joined(blocks);
    }

    private Loaded load(ImageLoader loader, SourceImage image) throws ImageRejected {
        Loaded found = loader.load(image);
        if (!cropped && (found.width() != imageSize || found.height() != imageSize)) {
            throw new IllegalArgumentException(
                    "%s in %s has %d × %d pixels, but data.image-size is %d; evaluate.crop=all cuts such images"
                            .formatted(image.id(), image.path(), found.width(), found.height(), imageSize));
        }
        return found;
    }

    private FeatureBlock look(Look look, Piece piece, List<Loaded> loaded, List<Integer> numbers) {
        List<RgbImage> crops = loaded.stream().map(Loaded::crop).toList();
        List<RgbImage> images = look.maker == null ? crops : look.maker.of(crops);
        FeatureNetwork.Seen seen = look.eye.look(images);
        requireFinite(seen.features(), loaded);
        requireFinite(seen.logits(), loaded);
        int[] places = numbers.stream().mapToInt(Integer::intValue).toArray();
        int[] labels = numbers.stream()
                .mapToInt(number -> piece.labels[number - piece.first])
                .toArray();
        return new FeatureBlock(
                piece.first, places, labels, seen.features(), seen.logits(), digests(images), List.of());
    }

    private static void requireFinite(float[] values, List<Loaded> loaded) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                SourceImage image =
                        loaded.get(i / (values.length / loaded.size())).source();
                throw new IllegalStateException(
                        "the features of %s in %s are no finite numbers; look at the image, and train or import the network again"
                                .formatted(image.id(), image.path()));
            }
        }
    }

    private static byte[] digests(List<RgbImage> images) {
        ByteArrayOutputStream digests = new ByteArrayOutputStream();
        for (RgbImage image : images) {
            Sha256 digest = new Sha256();
            digest.add("%d x %d ".formatted(image.width(), image.height()).getBytes(StandardCharsets.UTF_8));
            digest.add(image.samples());
            digests.writeBytes(digest.bytes());
        }
        return digests.toByteArray();
    }
}
