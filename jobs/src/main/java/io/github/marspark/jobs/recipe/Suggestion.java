package io.github.marspark.jobs.recipe;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Finds the name that somebody meant who wrote another. */
public final class Suggestion {
    private Suggestion() {}

    /**
     * The known name that differs least from what was written.
     *
     * @param written a name that is not known
     * @param known names to choose from
     * @return the nearest, if no more than a third of the letters differ; two neighbours in each other's place are one
     */
    public static Optional<String> nearest(String written, Collection<String> known) {
        int most = Math.max(1, written.length() / 3);
        return known.stream()
                .filter(name -> slips(written, name) <= most)
                .min(Comparator.comparingInt(name -> slips(written, name)));
    }

    private static int slips(String written, String name) {
        int apart = LevenshteinDistance.getDefaultInstance().apply(written, name);
        return IntStream.range(1, written.length())
                .map(at -> 1 + LevenshteinDistance.getDefaultInstance().apply(swapped(written, at), name))
                .reduce(apart, Math::min);
    }

    private static String swapped(String text, int at) {
        return text.substring(0, at - 1) + text.charAt(at) + text.charAt(at - 1) + text.substring(at + 1);
    }
}
