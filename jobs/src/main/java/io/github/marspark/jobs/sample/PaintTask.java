package io.github.marspark.jobs.sample;

import io.github.marspark.data.image.PngFile;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.TokenizerFolder;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.recipe.SampledWeights;
import io.github.marspark.jobs.runtime.Device;
import io.github.marspark.model.tensor.Threads;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Draws batches of images and writes them as PNG files; runs on executors.
 *
 * @param recipe all keys, in HOCON
 * @param step of the checkpoint
 * @param target folder of the images
 */
public record PaintTask(String recipe, long step, String target)
        implements FlatMapFunction<Iterator<Integer>, Integer> {
    @Override
    public Iterator<Integer> call(Iterator<Integer> batches) {
        if (!batches.hasNext()) {
            return List.<Integer>of().iterator();
        }
        Recipe parsed = Recipes.parse(recipe, "the recipe of this job", Map.of());
        SamplePlan plan = SamplePlan.of(parsed);
        Painter painter = painter(parsed);
        FileStore files = FileStore.at(target);
        int drawn = 0;
        while (batches.hasNext()) {
            drawn += paint(painter, plan, batches.next(), files);
        }
        return List.of(drawn).iterator();
    }

    private Painter painter(Recipe parsed) {
        CheckpointReader checkpoint = CheckpointReader.at(new CheckpointFolder(parsed.checkpoints()), step);
        INDArray parameters =
                parsed.sample().weights() == SampledWeights.EMA ? checkpoint.average() : checkpoint.parameters();
        Tokenizer tokenizer = TokenizerFolder.open(parsed.tokenizerFolder());
        int threads = TaskContext.get() == null ? 1 : TaskContext.get().cpus();
        return new Painter(
                parsed,
                parameters,
                tokenizer,
                Device.choose(new Threads(threads)).kernels());
    }

    private static int paint(Painter painter, SamplePlan plan, int batch, FileStore files) {
        int first = plan.first(batch);
        List<RgbImage> images = painter.paint(first, plan.labels(batch));
        for (int i = 0; i < images.size(); i++) {
            byte[] png = PngFile.bytes(images.get(i).toBufferedImage());
            files.write(plan.file(first + i), stream -> stream.write(png));
        }
        return images.size();
    }
}
