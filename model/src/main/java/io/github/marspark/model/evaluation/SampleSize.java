package io.github.marspark.model.evaluation;

import java.util.Locale;
import java.util.Optional;

/** What the number of images does to a Fréchet distance, which falls about as 1 / N though nothing improves. */
public final class SampleSize {
    /** Images of published numbers. */
    public static final int USUAL = 50_000;

    /** Images below which a distance says little. */
    public static final int LEAST = 10_000;

    private SampleSize() {}

    /**
     * What to say beside a distance.
     *
     * @param images number of images of the smaller set
     * @param dimension of the features
     * @return a sentence, or nothing from {@link #USUAL} images on
     */
    public static Optional<String> caution(long images, int dimension) {
        if (images <= dimension) {
            return Optional.of(String.format(
                    Locale.ROOT,
                    "%d images are not more than the %d features, so their covariance is singular: the distance is far too"
                            + " large and compares with nothing; take at least %d",
                    images,
                    dimension,
                    LEAST));
        }
        if (images < LEAST) {
            return Optional.of(String.format(
                    Locale.ROOT,
                    "%d images are far too few: the distance is much larger than that of %d and compares only with one of"
                            + " as many images",
                    images,
                    USUAL));
        }
        if (images < USUAL) {
            return Optional.of(String.format(
                    Locale.ROOT,
                    "%d images are fewer than the usual %d: the distance is larger than theirs and compares only with one"
                            + " of as many images",
                    images,
                    USUAL));
        }
        return Optional.empty();
    }
}
