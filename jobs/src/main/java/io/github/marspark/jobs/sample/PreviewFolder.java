package io.github.marspark.jobs.sample;

import io.github.marspark.data.image.ContactSheet;
import io.github.marspark.data.image.Mosaic;
import io.github.marspark.data.image.PngFile;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.files.MadeFolder;
import io.github.marspark.jobs.files.Origin;
import io.github.marspark.jobs.files.OriginNote;
import io.github.marspark.jobs.files.Product;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The folder {@code previews} beside a training's checkpoints: of each preview a picture of its images without gaps, a row a
 * class, and one picture that shows them side by side.
 */
public final class PreviewFolder {
    /** Its name within the folder of the checkpoints. */
    public static final String NAME = "previews";
    /** The picture of all previews side by side in it. */
    public static final String SIDE_BY_SIDE = "previews.png";

    private static final String DESCRIPTION = "previews.json";
    private static final Pattern STEP = Pattern.compile("step-(\\d+)\\.png");

    /** So that the picture stays one that can be looked at, and held in memory, however long the training. */
    private static final int MOST_COLUMNS = 20;

    private final FileStore folder;
    private final PreviewPlan plan;

    /**
     * Of a training.
     *
     * @param plan what its previews show
     */
    public PreviewFolder(PreviewPlan plan) {
        this.plan = plan;
        this.folder = FileStore.at(
                FileStore.at(plan.recipe().checkpoints()).path(NAME).toString());
    }

    /**
     * Says what draws the previews; driver only, before the first step.
     *
     * @param tokenizer its fingerprint
     * @throws IllegalStateException if there are previews that were drawn otherwise
     * @throws java.io.UncheckedIOException if nothing can be written there
     */
    public void begin(String tokenizer) {
        MadeFolder made = new MadeFolder(folder, Product.PREVIEWS, DESCRIPTION, OriginNote.JSON);
        Origin now = plan.origin(tokenizer);
        Optional<Origin> before = made.origin();
        before.ifPresent(then -> made.requireSame(then, now));
        if (before.isEmpty()) {
            made.write(now);
        }
    }

    /** Where the previews stand side by side, if there are any. */
    public Optional<String> sideBySide() {
        return folder.exists(SIDE_BY_SIDE)
                ? Optional.of(folder.path(SIDE_BY_SIDE).toString())
                : Optional.empty();
    }

    /**
     * Keeps a preview, and shows it beside those before it.
     *
     * @param done steps of the training
     * @param images all of them, in order
     * @throws java.io.UncheckedIOException if a picture cannot be written; the others are as they were
     * @throws IllegalStateException if an earlier preview cannot be read
     */
    public void keep(long done, List<RgbImage> images) {
        replace(name(done), PngFile.bytes(Mosaic.of(images, plan.columns()).toBufferedImage()));
        replace(SIDE_BY_SIDE, picture(shown(steps(done))));
    }

    private void replace(String name, byte[] png) {
        Lease.requireHeldByJob();
        folder.replace(name, stream -> stream.write(png));
    }

    private static String name(long step) {
        return CheckpointFolder.name(step) + ".png";
    }

    /** The steps of the previews up to a step; later ones are of an attempt that came further before it broke. */
    private List<Long> steps(long last) {
        return folder.names().stream()
                .map(STEP::matcher)
                .filter(Matcher::matches)
                .map(name -> Long.valueOf(name.group(1)))
                .filter(step -> step <= last)
                .sorted()
                .toList();
    }

    /** All of them, or as many as there is room for, the first and the last among them, at about equal distances. */
    static List<Long> shown(List<Long> steps) {
        int gaps = MOST_COLUMNS - 1;
        return steps.size() <= MOST_COLUMNS
                ? steps
                : IntStream.rangeClosed(0, gaps)
                        .mapToObj(column -> steps.get((int) ((long) column * (steps.size() - 1) / gaps)))
                        .toList();
    }

    private byte[] picture(List<Long> steps) {
        List<List<RgbImage>> previews = steps.stream().map(this::read).toList();
        List<String> names = plan.names();
        List<ContactSheet.Row> rows = new ArrayList<>();
        for (int image = 0; image < names.size(); image++) {
            int row = image;
            rows.add(new ContactSheet.Row(
                    names.get(image),
                    previews.stream().map(preview -> preview.get(row)).toList()));
        }
        List<String> headings = steps.stream().map(step -> Long.toString(step)).toList();
        return PngFile.bytes(new ContactSheet(rows, headings).draw());
    }

    private List<RgbImage> read(long step) {
        return WrittenPicture.read(folder, name(step), this::cut);
    }

    private List<RgbImage> cut(RgbImage preview) {
        List<RgbImage> images = Mosaic.cut(preview, plan.recipe().data().imageSize());
        if (images.size() != plan.images().images()) {
            throw new IllegalArgumentException("it has %d images instead of %d"
                    .formatted(images.size(), plan.images().images()));
        }
        return images;
    }
}
