package io.github.marspark.model.evaluation;

import static io.github.marspark.model.fixtures.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.tensor.Threads;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MomentsTest {
    private static final int DIMENSION = 9;

    private final Random random = new Random(5);

    private FeatureTable features(int images, double offset) {
        double[] values = random.doubles((long) images * DIMENSION)
                .map(value -> 4 * value + offset)
                .toArray();
        return new FeatureTable(values, DIMENSION);
    }

    private static Moments all(Features features, int threads) {
        return Moments.of(features, 0, features.count(), new Threads(threads));
    }

    @Test
    void threadsChangeNoBit() {
        FeatureTable features = features(333, 0);
        double[] expected = all(features, 1).covariance();
        assertThat(all(features, 2).covariance()).isEqualTo(expected);
        assertThat(all(features, 5).covariance()).isEqualTo(expected);
    }

    /** Each of two million roundings of deviations errs by 1e-16 of 10; of squares about 0 it would be 1e-16 of 1e12. */
    @Test
    void aLargeMeanCostsNoDigits() {
        FeatureTable near = features(600, 0);
        double[] moved =
                DoubleStream.iterate(0, i -> i + 1).limit(600L * DIMENSION).toArray();
        for (int i = 0; i < moved.length; i++) {
            near.read(i / DIMENSION, moved, i / DIMENSION * DIMENSION);
        }
        for (int i = 0; i < moved.length; i++) {
            moved[i] = Math.rint(moved[i] * 1024) / 1024; // exact, also behind the offset
        }
        double[] far = DoubleStream.of(moved).map(value -> value + 1e6).toArray();
        double[] expected = covarianceByBlocks(new FeatureTable(moved, DIMENSION));
        double[] actual = covarianceByBlocks(new FeatureTable(far, DIMENSION));
        assertClose("covariance", actual, expected, 1e-10);
    }

    private static double[] covarianceByBlocks(FeatureTable features) {
        Moments moments = Moments.of(features, 0, 32, new Threads(1));
        for (int first = 32; first < features.count(); first += 32) {
            int end = Math.min(features.count(), first + 32);
            moments = moments.and(Moments.of(features, first, end, new Threads(1)));
        }
        return moments.covariance();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 8, 11, 64})
    void everyPartitioningGivesTheSameBits(int blocks) {
        List<Moments> leaves = new ArrayList<>();
        for (int block = 0; block < blocks; block++) {
            leaves.add(all(features(3 + block % 2, block), 1));
        }
        Moments expected = merged(List.of(leaves)).root();
        for (int attempt = 0; attempt < 20; attempt++) {
            Moments actual = throughTasks(leaves).root();
            assertThat(actual.count()).isEqualTo(expected.count());
            assertThat(actual.mean()).isEqualTo(expected.mean());
            assertThat(actual.covariance()).isEqualTo(expected.covariance());
        }
    }

    private static MomentTree tree(int blocks) {
        return new MomentTree((blocks - 1L) * MomentTree.BLOCK + 1);
    }

    private static MomentTree merged(List<List<Moments>> runs) {
        MomentTree tree = tree(runs.stream().mapToInt(List::size).sum());
        long block = 0;
        for (List<Moments> run : runs) {
            for (Moments moments : run) {
                tree.add(block++, moments);
            }
        }
        return tree;
    }

    /** Blocks dealt to five tasks at random, whose results arrive in any order. */
    private MomentTree throughTasks(List<Moments> leaves) {
        List<MomentTree> tasks = new ArrayList<>();
        for (int task = 0; task < 5; task++) {
            tasks.add(tree(leaves.size()));
        }
        for (int block = 0; block < leaves.size(); block++) {
            tasks.get(random.nextInt(tasks.size())).add(block, leaves.get(block));
        }
        List<MomentTree.Node> nodes = new ArrayList<>();
        tasks.forEach(task -> nodes.addAll(task.nodes()));
        Collections.shuffle(nodes, random);
        MomentTree driver = tree(leaves.size());
        nodes.forEach(driver::add);
        return driver;
    }

    @Test
    void aTaskOfAnAlignedRunHandsOnOneNode() {
        MomentTree task = tree(100);
        for (int block = 16; block < 32; block++) {
            task.add(block, all(features(2, 0), 1));
        }
        assertThat(task.nodes()).hasSize(1);
        assertThatThrownBy(task::root)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("block 0 of 100 is missing");
    }

    @Test
    void blocksAreAddedOnce() {
        Moments moments = all(features(2, 0), 1);
        MomentTree tree = tree(5);
        tree.add(0, moments);
        tree.add(1, moments);
        assertThatThrownBy(() -> tree.add(1, moments))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("block 1 is added twice");
        assertThatThrownBy(() -> tree.add(5, moments))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("block is 5, must be in 0 … 4");
        tree.add(4, moments);
        assertThatThrownBy(tree::root).isInstanceOf(IllegalStateException.class).hasMessage("block 2 of 5 is missing");
        assertThatThrownBy(() -> new MomentTree(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("images are 0, must be at least 1");
    }

    @Test
    void whatHasNoMomentsIsRefused() {
        FeatureTable features = new FeatureTable(new double[] {1, 2, 3, Double.NaN}, 2);
        assertThatThrownBy(() -> all(features, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("feature 1 of image 1 is NaN, must be finite");
        assertThatThrownBy(() -> Moments.of(features, 1, 1, new Threads(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("images are 0, must be at least 1");
        Moments one = Moments.of(features, 0, 1, new Threads(1));
        assertThatThrownBy(one::covariance)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a covariance needs at least 2 images, there is 1");
        assertThatThrownBy(() -> one.and(all(features(2, 0), 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("features have 9 and 2 dimensions, must have the same");
        assertThatThrownBy(() -> new FeatureTable(new double[3], 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("features have 3 values, must have a multiple of the dimension 2");
    }
}
