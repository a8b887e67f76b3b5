package io.github.marspark.jobs.compare;

import io.github.marspark.data.image.ContactSheet;
import io.github.marspark.data.image.PngFile;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.sample.WrittenPicture;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Images of each row of a comparison under each other: the first of each class, as they were drawn with guidance. */
public final class ComparisonSheet {
    private static final int MOST_CLASSES = 20;

    private final List<ContactSheet.Row> rows = new ArrayList<>();

    /**
     * Adds a row.
     *
     * @param row of the table
     * @param drawing address of its images, PNG files in folders by class
     * @param classes how many
     */
    public void add(ComparedRow row, String drawing, int classes) {
        FileStore folder = FileStore.at(drawing);
        rows.add(new ContactSheet.Row(
                row.shortWords(),
                IntStream.range(0, Math.min(classes, MOST_CLASSES))
                        .mapToObj(label -> first(folder, "%04d".formatted(label)))
                        .toList()));
    }

    private static RgbImage first(FileStore drawing, String label) {
        FileStore folder = FileStore.at(drawing.path(label).toString());
        String name = folder.names().stream()
                .filter(file -> file.endsWith(".png"))
                .min(String::compareTo)
                .orElseThrow(() -> new IllegalStateException(
                        folder.path() + " has no image; delete the folder of drawings and start again"));
        return WrittenPicture.read(folder, name, picture -> picture);
    }

    /** The picture as a PNG file. */
    public byte[] png() {
        return PngFile.bytes(new ContactSheet(rows).draw());
    }
}
