package io.github.marspark.jobs.files;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process that owns something on a disk, described so that another process can tell whether it still runs: on the same
 * machine by the kernel's word, which also tells a process from a later one of the same number; of other machines nothing
 * is known.
 *
 * @param user its name
 * @param host name of its machine, for a person
 * @param machine what no other machine has: of Linux the boot and the namespace of process numbers; empty if unknown
 * @param process its number
 * @param start when the kernel began it, in the kernel's own count
 */
public record Owner(String user, String host, String machine, long process, String start) {
    private static final Path PROCESSES = Path.of("/proc");
    private static final int FIRST_FIELD_BEHIND_NAME = 3;
    private static final int STATE_FIELD = 3;
    private static final int START_FIELD = 22;

    /** What is known of a process. */
    public enum State {
        /** It runs. */
        RUNS,
        /** It has ended, and nothing it began goes on. */
        GONE,
        /** It is of another machine, or hidden. */
        UNKNOWN
    }

    /** This process. */
    public static Owner self() {
        long process = ProcessHandle.current().pid();
        return new Owner(
                System.getProperty("user.name", "?"),
                hostName(),
                thisMachine(),
                process,
                startOf(process).orElse(""));
    }

    /** The name of this machine. */
    public static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return Optional.ofNullable(System.getenv("HOSTNAME")).orElse("this machine");
        }
    }

    private static String thisMachine() {
        try {
            String boot = Files.readString(PROCESSES.resolve("sys/kernel/random/boot_id"));
            return boot.strip() + " " + Files.readSymbolicLink(PROCESSES.resolve("self/ns/pid"));
        } catch (IOException | UnsupportedOperationException notLinux) {
            return "";
        }
    }

    /** What is known of it now. */
    public State state() {
        if (machine.isEmpty() || !machine.equals(thisMachine())) {
            return State.UNKNOWN;
        }
        Optional<String> found = startOf(process);
        if (found.isPresent()) {
            return found.get().equals(start) ? State.RUNS : State.GONE;
        }
        return othersAreVisible() ? State.GONE : State.UNKNOWN;
    }

    /** Linux may hide the processes of other users. */
    private static boolean othersAreVisible() {
        return Files.exists(PROCESSES.resolve("1"));
    }

    /** When a process began; empty if there is none, or none that still does something. */
    private static Optional<String> startOf(long process) {
        try {
            String line = Files.readString(PROCESSES.resolve(process + "/stat"));
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
            String state = fields[STATE_FIELD - FIRST_FIELD_BEHIND_NAME];
            boolean ended = state.equals("Z") || state.equals("X");
            return ended ? Optional.empty() : Optional.of(fields[START_FIELD - FIRST_FIELD_BEHIND_NAME]);
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    /** In words, such as {@code anna on node7, process 4711}. */
    @Override
    public String toString() {
        return "%s on %s, process %d".formatted(user, host, process);
    }
}
