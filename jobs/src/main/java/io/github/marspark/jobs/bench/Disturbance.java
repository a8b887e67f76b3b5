package io.github.marspark.jobs.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What kept a machine's processors from this process and those it started: other guests of the host, and other processes.
 * Told by Linux in hundredths of a second; elsewhere nothing is told.
 */
final class Disturbance {
    /** Share of the processors above which a measurement does not count. */
    private static final double LIMIT = 0.05;

    private static final int IDLE = 3;
    private static final int WAITING = 4;
    private static final int STOLEN = 7;

    /** Behind a process's name in its own file: user and system time, and both of its children that have ended. */
    private static final int FIRST_TIME = 11;

    private static final int TIMES = 4;

    private Ticks last = Ticks.now();

    /** Shares of all processors' time since this was made, or last asked. */
    Map<String, Object> sinceLast() {
        Ticks now = Ticks.now();
        Ticks passed = now.minus(last);
        last = now;
        return passed.shares();
    }

    /**
     * Hundredths of a second of all processors.
     *
     * @param all that passed
     * @param stolen in which the host let another guest run
     * @param busy in which some process ran
     * @param own in which this one or those it started ran
     */
    record Ticks(long all, long stolen, long busy, long own) {
        static Ticks now() {
            try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
                long[] spent = Arrays.stream(lines.findFirst().orElse("").split(" +"))
                        .skip(1)
                        .mapToLong(Long::parseLong)
                        .limit(STOLEN + 1L)
                        .toArray();
                long all = LongStream.of(spent).sum();
                return new Ticks(
                        all,
                        spent[STOLEN],
                        all - spent[IDLE] - spent[WAITING] - spent[STOLEN],
                        ofProcessAndDescendants(ProcessHandle.current()));
            } catch (IOException | RuntimeException untold) {
                return new Ticks(0, 0, 0, 0);
            }
        }

        private static long ofProcessAndDescendants(ProcessHandle process) {
            return Stream.concat(Stream.of(process), process.descendants())
                    .map(one -> ofProcess(one.pid()))
                    .flatMapToLong(OptionalLong::stream)
                    .sum();
        }

        /** With those of its children that have ended; nothing if it has ended itself. */
        private static OptionalLong ofProcess(long id) {
            try {
                String stat = Files.readString(Path.of("/proc/%d/stat".formatted(id)));
                String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                return OptionalLong.of(Stream.of(afterName)
                        .skip(FIRST_TIME)
                        .limit(TIMES)
                        .mapToLong(Long::parseLong)
                        .sum());
            } catch (IOException ended) {
                return OptionalLong.empty();
            }
        }

        Ticks minus(Ticks before) {
            return new Ticks(all - before.all, stolen - before.stolen, busy - before.busy, own - before.own);
        }

        /** Nothing where no time passed or none is told. */
        Map<String, Object> shares() {
            Map<String, Object> shares = new LinkedHashMap<>();
            if (all > 0) {
                double steal = (double) stolen / all;
                double others = Math.max(0, (double) (busy - own) / all);
                shares.put("steal", JsonLines.rounded(steal));
                shares.put("others", JsonLines.rounded(others));
                shares.put("disturbed", steal + others > LIMIT);
            }
            return shares;
        }
    }
}
