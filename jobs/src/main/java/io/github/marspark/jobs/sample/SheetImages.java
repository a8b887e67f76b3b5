package io.github.marspark.jobs.sample;

import io.github.marspark.data.image.ContactSheet;
import io.github.marspark.data.image.PngFile;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.files.FileStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The images of the contact sheet, kept apart from all others until the drawing is complete: those may lie in tar files, and
 * be too many to look at again.
 */
final class SheetImages {
    private static final String FOLDER = ".sheet";

    private final FileStore folder;
    private final FileStore kept;
    private final SamplePlan plan;
    private final Set<Integer> wanted = new TreeSet<>();

    SheetImages(FileStore drawing, SamplePlan plan) {
        this.folder = drawing;
        this.kept = FileStore.at(drawing.path(FOLDER).toString());
        this.plan = plan;
        plan.sheet().values().forEach(wanted::addAll);
    }

    /** Keeps an image if it is on the sheet. */
    void keep(int image, byte[] png) {
        if (wanted.contains(image)) {
            kept.replace(file(image), stream -> stream.write(png));
        }
    }

    /** Whether those of a portion that are on the sheet were kept. */
    boolean hasAllOf(int portion, Set<String> names) {
        return plan.images(portion).filter(wanted::contains).allMatch(image -> names.contains(file(image)));
    }

    /** What was kept. */
    Set<String> names() {
        return Set.copyOf(kept.names());
    }

    private static String file(int image) {
        return "%08d.png".formatted(image);
    }

    /** The sheet as a PNG file. */
    byte[] draw(List<String> classNames) {
        List<ContactSheet.Row> rows = new ArrayList<>();
        plan.sheet()
                .forEach((label, images) -> rows.add(new ContactSheet.Row(
                        classNames.get(Math.max(0, label)),
                        images.stream().map(this::read).toList())));
        return PngFile.bytes(new ContactSheet(rows).draw());
    }

    private RgbImage read(int image) {
        return WrittenPicture.read(kept, file(image), picture -> picture);
    }

    /** Nothing is kept any more. */
    void delete() {
        folder.delete(FOLDER);
    }
}
