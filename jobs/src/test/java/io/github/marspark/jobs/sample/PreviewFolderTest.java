package io.github.marspark.jobs.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.training.TinyTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreviewFolderTest {
    private static List<Long> steps(int count) {
        return LongStream.rangeClosed(1, count).map(step -> 100 * step).boxed().toList();
    }

    @Test
    void thePictureHasAtMostTwentyColumnsTheFirstAndTheLastAmongThem() {
        assertThat(PreviewFolder.shown(steps(20))).isEqualTo(steps(20));
        for (int count : new int[] {21, 39, 500}) {
            List<Long> shown = PreviewFolder.shown(steps(count));
            assertThat(shown)
                    .hasSize(20)
                    .doesNotHaveDuplicates()
                    .startsWith(100L)
                    .endsWith(100L * count)
                    .isSorted();
        }
    }

    private static List<RgbImage> black(PreviewPlan plan) {
        return Collections.nCopies(plan.images().images(), new RgbImage(8, 8, new byte[8 * 8 * RgbImage.CHANNELS]));
    }

    @Test
    void laterPreviewsOfAnAttemptThatBrokeAreNotShownBeforeTheirStep(@TempDir Path folder) throws IOException {
        Recipe recipe = TinyTraining.recipe(folder, "train.preview.every-steps=5");
        PreviewPlan plan = PreviewPlan.of(recipe);
        PreviewFolder previews = new PreviewFolder(plan);
        assertThat(previews.sideBySide()).isEmpty();
        previews.keep(5, black(plan));
        byte[] one = Files.readAllBytes(folder.resolve("checkpoints/previews/previews.png"));
        previews.keep(10, black(plan));
        assertThat(Files.readAllBytes(folder.resolve("checkpoints/previews/previews.png")))
                .isNotEqualTo(one);
        previews.keep(5, black(plan));
        assertThat(Files.readAllBytes(folder.resolve("checkpoints/previews/previews.png")))
                .isEqualTo(one);
        assertThat(previews.sideBySide())
                .hasValueSatisfying(path -> assertThat(path).endsWith("checkpoints/previews/previews.png"));
    }

    @Test
    void anEarlierPreviewThatCannotBeReadIsNamed(@TempDir Path folder) throws IOException {
        PreviewPlan plan = PreviewPlan.of(TinyTraining.recipe(folder, "train.preview.every-steps=5"));
        PreviewFolder previews = new PreviewFolder(plan);
        Files.createDirectories(folder.resolve("checkpoints/previews"));
        Files.writeString(folder.resolve("checkpoints/previews/step-00000005.png"), "no picture");
        assertThatThrownBy(() -> previews.keep(10, black(plan)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("checkpoints/previews/step-00000005.png cannot be read back: ")
                .hasMessageEndingWith("; delete it");
        assertThat(folder.resolve("checkpoints/previews/step-00000010.png")).exists();
    }
}
