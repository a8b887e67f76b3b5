package io.github.marspark.model.inception;

/**
 * The layers of the network, as the TensorFlow graph of December 2015 has them: another one than the Inception-v3 of
 * libraries in its pooling, its classes and its weights. In the last block alone a branch takes the largest value where
 * those before average, which is an oddity of that graph and kept.
 *
 * @see <a href="https://arxiv.org/abs/1512.00567">Szegedy et al. 2015, section 6</a>
 */
final class Architecture {
    private Architecture() {}

    /** The network up to its last feature maps. */
    static Sequence network() {
        return Sequence.of(
                stage(Unit.halving("Conv2d_1a_3x3", 32)),
                stage(Unit.of("Conv2d_2a_3x3", 32, 3)),
                stage(Unit.same("Conv2d_2b_3x3", 64, 3, 3)),
                new Stage("MaxPool_1", Pooling.HALVING_MAXIMUM),
                stage(Unit.of("Conv2d_3b_1x1", 80, 1)),
                stage(Unit.of("Conv2d_4a_3x3", 192, 3)),
                new Stage("MaxPool_2", Pooling.HALVING_MAXIMUM),
                at35("Mixed_5b", 32),
                at35("Mixed_5c", 64),
                at35("Mixed_5d", 64),
                to17("Mixed_6a"),
                at17("Mixed_6b", 128),
                at17("Mixed_6c", 160),
                at17("Mixed_6d", 160),
                at17("Mixed_6e", 192),
                to8("Mixed_7a"),
                at8("Mixed_7b", Pooling.AVERAGE),
                at8("Mixed_7c", Pooling.MAXIMUM));
    }

    private static Stage stage(Unit unit) {
        return new Stage(unit.name(), unit);
    }

    /** A block on 35 x 35 pixels. */
    private static Stage at35(String name, int pooled) {
        String branch = name + ".branch";
        return new Stage(
                name,
                Branches.of(
                        Unit.of(branch + "1x1", 64, 1),
                        Sequence.of(Unit.of(branch + "5x5_1", 48, 1), Unit.same(branch + "5x5_2", 64, 5, 5)),
                        Sequence.of(
                                Unit.of(branch + "3x3dbl_1", 64, 1),
                                Unit.same(branch + "3x3dbl_2", 96, 3, 3),
                                Unit.same(branch + "3x3dbl_3", 96, 3, 3)),
                        Sequence.of(Pooling.AVERAGE, Unit.of(branch + "_pool", pooled, 1))));
    }

    /** The block from 35 x 35 to 17 x 17 pixels. */
    private static Stage to17(String name) {
        String branch = name + ".branch";
        return new Stage(
                name,
                Branches.of(
                        Unit.halving(branch + "3x3", 384),
                        Sequence.of(
                                Unit.of(branch + "3x3dbl_1", 64, 1),
                                Unit.same(branch + "3x3dbl_2", 96, 3, 3),
                                Unit.halving(branch + "3x3dbl_3", 96)),
                        Pooling.HALVING_MAXIMUM));
    }

    /** A block on 17 x 17 pixels, with kernels of one row or one column. */
    private static Stage at17(String name, int inner) {
        String branch = name + ".branch";
        return new Stage(
                name,
                Branches.of(
                        Unit.of(branch + "1x1", 192, 1),
                        Sequence.of(
                                Unit.of(branch + "7x7_1", inner, 1),
                                Unit.same(branch + "7x7_2", inner, 1, 7),
                                Unit.same(branch + "7x7_3", 192, 7, 1)),
                        Sequence.of(
                                Unit.of(branch + "7x7dbl_1", inner, 1),
                                Unit.same(branch + "7x7dbl_2", inner, 7, 1),
                                Unit.same(branch + "7x7dbl_3", inner, 1, 7),
                                Unit.same(branch + "7x7dbl_4", inner, 7, 1),
                                Unit.same(branch + "7x7dbl_5", 192, 1, 7)),
                        Sequence.of(Pooling.AVERAGE, Unit.of(branch + "_pool", 192, 1))));
    }

    /** The block from 17 x 17 to 8 x 8 pixels. */
    private static Stage to8(String name) {
        String branch = name + ".branch";
        return new Stage(
                name,
                Branches.of(
                        Sequence.of(Unit.of(branch + "3x3_1", 192, 1), Unit.halving(branch + "3x3_2", 320)),
                        Sequence.of(
                                Unit.of(branch + "7x7x3_1", 192, 1),
                                Unit.same(branch + "7x7x3_2", 192, 1, 7),
                                Unit.same(branch + "7x7x3_3", 192, 7, 1),
                                Unit.halving(branch + "7x7x3_4", 192)),
                        Pooling.HALVING_MAXIMUM));
    }

    /** A block on 8 x 8 pixels, in which two branches end in two. */
    private static Stage at8(String name, Pooling pooling) {
        String branch = name + ".branch";
        return new Stage(
                name,
                Branches.of(
                        Unit.of(branch + "1x1", 320, 1),
                        Sequence.of(Unit.of(branch + "3x3_1", 384, 1), rowAndColumn(branch + "3x3_2")),
                        Sequence.of(
                                Unit.of(branch + "3x3dbl_1", 448, 1),
                                Unit.same(branch + "3x3dbl_2", 384, 3, 3),
                                rowAndColumn(branch + "3x3dbl_3")),
                        Sequence.of(pooling, Unit.of(branch + "_pool", 192, 1))));
    }

    private static Branches rowAndColumn(String name) {
        return Branches.of(Unit.same(name + "a", 384, 1, 3), Unit.same(name + "b", 384, 3, 1));
    }
}
