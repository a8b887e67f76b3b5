package io.github.marspark.jobs.edit;

import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.data.image.ContactSheet;
import io.github.marspark.data.image.PngFile;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Origin;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.sample.DrawingNetwork;
import io.github.marspark.jobs.sample.DrawnFolder;
import io.github.marspark.jobs.sample.WrittenPicture;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** The folder of one edited picture: the picture, the mask, variants, all side by side, and what drew them; driver only. */
final class EditFolder {
    private static final String DESCRIPTION = "edit.json";
    private static final String SHEET = "edit.png";
    private static final String PICTURE = "picture.png";
    private static final String MASK = "mask.png";
    /** Images of a row of the sheet. */
    private static final int ROW = 10;

    private final DrawnFolder folder;
    private final Canvas canvas;
    private final int variants;

    EditFolder(Recipe recipe, Canvas canvas, CheckpointReader checkpoint) {
        this.canvas = canvas;
        this.variants = recipe.edit().variants();
        Map<String, String> made = DrawingNetwork.drawnBy(recipe, checkpoint, EditFolder::matters);
        made.put("picture", Sha256.of(canvas.samples()));
        made.put("mask", Sha256.of(canvas.mask().samples()));
        String name = new PictureFile("edit.image", recipe.edit().image()).name();
        this.folder =
                new DrawnFolder(recipe.edit().folder() + "/" + name, Product.EDITS, DESCRIPTION, new Origin(made));
    }

    private static boolean matters(String key) {
        return DrawingNetwork.SETTINGS.contains(key) || (key.startsWith("edit.") && !key.equals(Product.EDITS.key()));
    }

    /** Name of a variant's file. */
    static String variant(int variant) {
        return "variant-%03d.png".formatted(variant);
    }

    DrawnFolder folder() {
        return folder;
    }

    /** Whether the same was drawn before; see {@link DrawnFolder#isThere}. */
    boolean isDone() {
        return folder.isThere(
                () -> IntStream.range(0, variants).mapToObj(EditFolder::variant).toList());
    }

    String sheet() {
        return folder.address(SHEET);
    }

    /** The variants that are not drawn, in ascending order. */
    List<Integer> pending() {
        Set<String> written = Set.copyOf(folder.unfinished().names());
        return IntStream.range(0, variants)
                .filter(variant -> !written.contains(variant(variant)))
                .boxed()
                .toList();
    }

    /** Adds picture, mask and sheet, and shows the folder. */
    void finish() {
        FileStore unfinished = folder.unfinished();
        List<RgbImage> images = new ArrayList<>(List.of(canvas.picture(), canvas.mask()));
        write(unfinished, PICTURE, PngFile.bytes(canvas.picture().toBufferedImage()));
        write(unfinished, MASK, PngFile.bytes(canvas.mask().toBufferedImage()));
        IntStream.range(0, Math.min(variants, ROW * ROW)).mapToObj(this::read).forEach(images::add);
        List<ContactSheet.Row> rows = IntStream.iterate(0, start -> start < images.size(), start -> start + ROW)
                .mapToObj(start ->
                        new ContactSheet.Row("", images.subList(start, Math.min(start + ROW, images.size()))))
                .toList();
        write(unfinished, SHEET, PngFile.bytes(new ContactSheet(rows).draw()));
        folder.finish();
    }

    private static void write(FileStore unfinished, String name, byte[] bytes) {
        unfinished.write(name, stream -> stream.write(bytes));
    }

    private RgbImage read(int variant) {
        return WrittenPicture.read(folder.unfinished(), variant(variant), picture -> picture);
    }
}
