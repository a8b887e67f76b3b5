package io.github.marspark.jobs.recipe;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Finds the name that somebody meant who wrote another. */
public final class Suggestion {
    private Suggestion() {}

    /**
     * The known name that differs least from what was written.
     *
     * @param written a name that is not known
     * @param known names to choose from
     * @return the nearest, if no more than a third of the letters differ
     */
    public static Optional<String> nearest(String written, Collection<String> known) {
        int most = Math.max(1, written.length() / 3);
        LevenshteinDistance distance = new LevenshteinDistance(most);
        return known.stream()
                .filter(name -> distance.apply(written, name) >= 0)
                .min(Comparator.comparingInt(name -> distance.apply(written, name)));
    }
}
