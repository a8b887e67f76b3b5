package io.github.marspark.model.diffusion;

import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Which of the {@code T} time steps of a diffusion are used for sampling. Immutable and thread-safe.
 *
 * <ul>
 *   <li>{@code "100"}: that many steps, evenly spread, always with the first and the last;
 *   <li>{@code "10,20,30"}: the time steps in as many equal sections, each with its number of steps;
 *   <li>{@code "ddim25"}: every k-th step from 0 with the smallest whole k that gives that many; leaves out the noisiest
 *       step, whose errors a briefly trained network cannot afford. Sampling stays ancestral.
 * </ul>
 *
 * @param sections one of the three forms
 */
public record Respacing(String sections) {
    private static final Pattern FORM = Pattern.compile("ddim[0-9]{1,9}|[0-9]{1,9}(\\s*,\\s*[0-9]{1,9})*");
    private static final String STRIDE = "ddim";

    /**
     * Checks the form.
     *
     * @throws IllegalArgumentException when the text has none of the three
     */
    public Respacing {
        if (!FORM.matcher(sections).matches()) {
            throw new IllegalArgumentException("sampling steps are \"" + sections
                    + "\", must be a number like \"100\", sections like \"10,20,30\" or a stride like \"ddim25\"");
        }
    }

    /**
     * The steps used.
     *
     * @param timesteps {@code T}
     * @return original time steps, ascending
     * @throws IllegalArgumentException when {@code T} steps cannot be spaced so
     */
    public int[] timesteps(int timesteps) {
        return sections.startsWith(STRIDE)
                ? strided(Integer.parseInt(sections.substring(STRIDE.length())), timesteps)
                : sectioned(
                        Pattern.compile(",")
                                .splitAsStream(sections)
                                .mapToInt(count -> Integer.parseInt(count.strip()))
                                .toArray(),
                        timesteps);
    }

    private int[] strided(int count, int timesteps) {
        int stride = IntStream.range(1, timesteps)
                .filter(k -> (timesteps + k - 1) / k == count)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "sampling steps are \"%s\", but no whole stride takes exactly %s of %s time steps"
                                .formatted(sections, count, timesteps)));
        return IntStream.range(0, count).map(i -> i * stride).toArray();
    }

    private int[] sectioned(int[] counts, int timesteps) {
        IntStream.Builder steps = IntStream.builder();
        int start = 0;
        for (int section = 0; section < counts.length; section++) {
            int size = timesteps / counts.length + (section < timesteps % counts.length ? 1 : 0);
            addSection(steps, start, size, counts[section]);
            start += size;
        }
        return steps.build().toArray();
    }

    /** The positions are summed up and rounded half to even, as the reference does, for the same choice of steps. */
    private void addSection(IntStream.Builder steps, int start, int size, int count) {
        if (count < 1 || count > size) {
            throw new IllegalArgumentException(
                    "sampling steps are \"%s\", but a section of %s time steps cannot give %s of them"
                            .formatted(sections, size, count));
        }
        double stride = count == 1 ? 1 : (size - 1) / (double) (count - 1);
        double position = 0;
        for (int i = 0; i < count; i++) {
            steps.add(start + (int) Math.rint(position));
            position += stride;
        }
    }

    @Override
    public String toString() {
        return sections;
    }
}
