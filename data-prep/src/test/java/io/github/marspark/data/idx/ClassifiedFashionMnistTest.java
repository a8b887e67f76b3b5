package io.github.marspark.data.idx;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.data.image.RgbImage;
import io.github.marspark.model.classifier.ClassifierConfig;
import io.github.marspark.model.classifier.ClassifierTrainer;
import io.github.marspark.model.classifier.ClassifierTraining;
import io.github.marspark.model.classifier.LabelledSource;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The classifier on a few of the images that ship; docs/evaluation.md says what it reaches on all of them. */
class ClassifiedFashionMnistTest {
    private static final int SIDE = 28;

    private record Garments(List<float[]> images, List<Integer> labels) implements LabelledSource {
        static Garments read(int first, int count) throws IOException {
            Garments garments = new Garments(new ArrayList<>(), new ArrayList<>());
            try (IdxImages images = IdxImages.of(resource("images-idx3"), "images");
                    IdxLabels labels = IdxLabels.of(resource("labels-idx1"), "labels")) {
                for (int i = 0; i < first + count; i++) {
                    RgbImage image = RgbImage.ofGrey(SIDE, SIDE, images.next());
                    int label = labels.next();
                    if (i >= first) {
                        garments.images.add(image.normalized());
                        garments.labels.add(label);
                    }
                }
            }
            return garments;
        }

        private static InputStream resource(String kind) {
            String name = "/fashion-mnist/t10k-" + kind + "-ubyte.gz";
            return Objects.requireNonNull(FashionMnist.class.getResourceAsStream(name), name);
        }

        @Override
        public int count() {
            return images.size();
        }

        @Override
        public int label(int index) {
            return labels.get(index);
        }

        @Override
        public void read(int index, float[] target, int offset) {
            float[] image = images.get(index);
            System.arraycopy(image, 0, target, offset, image.length);
        }
    }

    /** Guessing among ten classes is right in a tenth of 400 images, and in an eighth of them once in twenty times. */
    @Test
    void aShortTrainingOnFewImagesIsMoreOftenRightThanWrong() throws IOException {
        int classes = FashionMnist.CLASS_NAMES.size();
        ClassifierConfig config = new ClassifierConfig(SIDE, RgbImage.CHANNELS, 16, classes);
        ClassifierTraining training = ClassifierTraining.usual(60, 1);
        CpuKernels kernels = new CpuKernels(new Threads(1));
        ClassifierTrainer trainer = new ClassifierTrainer(config, training, Garments.read(0, 1000), kernels);
        for (int step = 0; step < 60; step++) {
            trainer.step();
        }
        assertThat(trainer.measure(Garments.read(1000, 400)).accuracy()).isGreaterThan(0.5);
    }
}
