package io.github.marspark.jobs.sample;

import io.github.marspark.data.image.Filmstrip;
import io.github.marspark.data.image.PngFile;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.util.LongAccumulator;

/**
 * Draws portions of images and writes them; runs on executors.
 *
 * @param recipe all keys, in HOCON
 * @param step of the checkpoint
 * @param target folder of the images
 * @param plan of the whole drawing
 * @param done counts images
 */
public record PaintTask(String recipe, long step, String target, SamplePlan plan, LongAccumulator done)
        implements VoidFunction<Iterator<Integer>> {
    @Override
    public void call(Iterator<Integer> portions) throws IOException {
        if (!portions.hasNext()) {
            return;
        }
        Recipe parsed = Recipes.parse(recipe, "the recipe of this job", Map.of());
        Painter painter = Painter.open(parsed, step);
        SampleForm form = SampleForm.of(parsed.sample().output());
        while (portions.hasNext()) {
            paint(painter, form, portions.next());
        }
    }

    private void paint(Painter painter, SampleForm form, int portion) throws IOException {
        FileStore folder = FileStore.at(target);
        SheetImages sheet = new SheetImages(folder, plan);
        SampleForm.Sink sink = form.open(folder, plan, portion);
        for (int first : plan.batches(portion).toArray()) {
            List<RgbImage> images = paint(painter, folder, first);
            for (int i = 0; i < images.size(); i++) {
                int image = first + i;
                byte[] png = PngFile.bytes(images.get(i).toBufferedImage());
                sheet.keep(image, png);
                sink.add(new SampleForm.Picture(plan.name(image), plan.label(image), png));
                done.add(1);
            }
        }
        sink.done();
    }

    private List<RgbImage> paint(Painter painter, FileStore folder, int first) {
        int[] labels = plan.labels(first);
        List<Filmstrip> films = IntStream.range(0, plan.films(first))
                .mapToObj(i -> new Filmstrip())
                .toList();
        if (films.isEmpty()) {
            return painter.paint(first, labels);
        }
        List<RgbImage> images = painter.paint(first, labels, films, plan.filmEvery());
        FileStore kept = FileStore.at(folder.path(SamplePlan.FILMS).toString());
        for (int i = 0; i < films.size(); i++) {
            Filmstrip film = films.get(i);
            String name = "%05d".formatted(first + i);
            kept.replace(name + ".gif", stream -> stream.write(film.animation()));
            kept.replace(name + ".png", stream -> stream.write(film.strip()));
        }
        return images;
    }
}
