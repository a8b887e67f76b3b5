package io.github.marspark.jobs.runtime;

/** Says how long something still takes, by the two units that matter. */
public final class TimeLeft {
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private TimeLeft() {}

    /**
     * In words.
     *
     * @param seconds at least 0
     * @return such as {@code 9 s left}, {@code 12 min left}, {@code 3 h 5 min left} or {@code 2 d 7 h left}
     */
    public static String words(double seconds) {
        long whole = Math.round(seconds);
        if (whole < 2 * MINUTE) {
            return whole + " s left";
        }
        if (whole < 2 * HOUR) {
            return whole / MINUTE + " min left";
        }
        return whole < 2 * DAY
                ? "%d h %d min left".formatted(whole / HOUR, whole % HOUR / MINUTE)
                : "%d d %d h left".formatted(whole / DAY, whole % DAY / HOUR);
    }
}
