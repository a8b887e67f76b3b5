package io.github.marspark.jobs.latents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.recipe.DataRecipe;
import io.github.marspark.jobs.recipe.LabelUse;
import io.github.marspark.jobs.recipe.Mirror;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LabelCheckTest {
    @Test
    void everyClassWithImagesAndEveryImageWithALabelIsNothingToTell() {
        assertThat(check(2, LabelUse.REQUIRED, names(2), Map.of(0, 5L, 1, 5L))).isEmpty();
    }

    @Test
    void noLabelAtAllIsRefused() {
        assertThatThrownBy(() -> check(10, LabelUse.REQUIRED, names(0), Map.of(-1, 7L)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "here: none of its 7 images has a label, but data.classes is 10: labels lie elsewhere; to train without labels say data.labels=none");
        assertThatThrownBy(() -> check(10, LabelUse.PARTIAL, names(0), Map.of(-1, 7L)))
                .hasMessageContaining("none of its 7 images has a label");
        assertThat(check(10, LabelUse.NONE, names(0), Map.of(-1, 7L))).isEmpty();
    }

    @Test
    void labelsOfFewerThanHalfOfTheClassesAreRefused() {
        assertThatThrownBy(() -> check(1000, LabelUse.REQUIRED, names(1000), Map.of(0, 800L, 1, 800L, 2, 800L)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "here has images of 3 of the 1000 classes of data.classes only (labels 0, 1, 2); set data.classes=3, or data.labels=partial if the other classes are to have no images");
        assertThat(check(1000, LabelUse.PARTIAL, names(1000), Map.of(0, 800L, 1, 800L, 2, 800L)))
                .containsExactly("997 of 1000 classes have no image: 3, 4, 5, …");
    }

    @Test
    void whatIsSetAlreadyIsNoAdvice() {
        assertThatThrownBy(() -> check(10, LabelUse.REQUIRED, names(10), Map.of(9, 30L)))
                .hasMessage(
                        "here has images of 1 of the 10 classes of data.classes only (labels 9); set data.labels=partial if the other classes are to have no images");
    }

    @Test
    void classesWithoutImagesAndImagesWithoutLabelsAreTold() {
        assertThat(check(4, LabelUse.REQUIRED, names(4), Map.of(-1, 2L, 1, 3L, 2, 1L, 3, 4L)))
                .containsExactly("1 of 4 classes have no image: 0", "2 of 10 images have no label");
    }

    /** Three images cannot be of ten classes. */
    @Test
    void fewImagesNeedNotHaveManyLabels() {
        assertThat(check(10, LabelUse.REQUIRED, names(10), Map.of(1, 1L, 2, 1L, 3, 1L)))
                .containsExactly("7 of 10 classes have no image: 0, 4, 5, …");
    }

    @Test
    void anotherNumberOfNamedClassesIsRefused() {
        assertThatThrownBy(() -> check(10, LabelUse.REQUIRED, names(12), Map.of(0, 9L)))
                .hasMessage("here has 12 classes (0, 1, 2, …), but data.classes is 10; set data.classes=12");
        assertThatThrownBy(() -> check(10, LabelUse.REQUIRED, names(1), Map.of(0, 9L)))
                .hasMessage(
                        "here has 1 class (0), but data.classes is 10; set data.classes=1, or data.labels=partial if the other classes are to have no images");
        assertThatThrownBy(() -> check(10, LabelUse.PARTIAL, names(12), Map.of(0, 9L)))
                .hasMessage("here has 12 classes (0, 1, 2, …), but data.classes is 10; set data.classes=12");
        assertThat(check(10, LabelUse.PARTIAL, names(9), Map.of(0, 9L))).hasSize(1);
    }

    private static List<String> check(int classes, LabelUse use, List<String> names, Map<Integer, Long> counts) {
        DataRecipe data = new DataRecipe(8, classes, use, Mirror.NONE, 0);
        return new LabelCheck("here", data, "set", "labels lie elsewhere").check(names, counts);
    }

    private static List<String> names(int classes) {
        return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    }
}
