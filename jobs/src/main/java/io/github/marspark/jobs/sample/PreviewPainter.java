package io.github.marspark.jobs.sample;

import io.github.marspark.data.image.RgbImage;
import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.model.tensor.Kernels;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Draws the images of one preview, batch after batch; runs on executors, used by one thread. */
public final class PreviewPainter {
    private final SamplePlan images;
    private final Painter painter;

    /**
     * A painter of one preview.
     *
     * @param parameters that draw, not to be changed before all is drawn
     * @param tokenizer that decodes
     */
    public PreviewPainter(PreviewPlan plan, INDArray parameters, Tokenizer tokenizer, Kernels kernels) {
        this.images = plan.images();
        this.painter = new Painter(plan.recipe(), parameters, tokenizer, kernels);
    }

    /** Draws the images of a batch, in order. */
    public List<RgbImage> paint(int batch) {
        int first = images.batches(batch).findFirst().orElseThrow();
        return painter.paint(first, images.labels(first));
    }
}
