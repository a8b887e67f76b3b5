package io.github.marspark.jobs.edit;

import io.github.marspark.data.image.PngFile;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.sample.Painter;
import io.github.marspark.model.mar.KeptTokens;
import java.util.Iterator;
import java.util.Map;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.util.LongAccumulator;

/**
 * Draws variants of a picture and writes them; runs on executors. Each is drawn by itself: the rounding of products depends
 * on the rows beside a row, and a variant on nothing but its number.
 *
 * @param recipe all keys, in HOCON
 * @param step of the checkpoint
 * @param target folder of the variants
 * @param canvas the picture
 * @param done counts images
 */
record EditTask(String recipe, long step, String target, Canvas canvas, LongAccumulator done)
        implements VoidFunction<Iterator<Integer>> {
    @Override
    public void call(Iterator<Integer> variants) {
        if (!variants.hasNext()) {
            return;
        }
        Recipe parsed = Recipes.parse(recipe, "the recipe of this job", Map.of());
        Painter painter = Painter.open(parsed, step);
        KeptTokens kept = painter.keep(canvas.picture(), canvas.kept(parsed.tokensAlongASide()));
        FileStore folder = FileStore.at(target);
        while (variants.hasNext()) {
            int variant = variants.next();
            RgbImage drawn = painter.paint(variant, parsed.edit().label(), kept);
            byte[] png = PngFile.bytes(canvas.completed(drawn).toBufferedImage());
            Lease.requireHeldByJob();
            folder.replace(EditFolder.variant(variant), stream -> stream.write(png));
            done.add(1);
        }
    }
}
