package io.github.marspark.jobs.command;

import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicBoolean;

/** Knows whether the program is being ended from outside, as by Ctrl-C, so that what breaks then is not called a failure. */
public final class Interruption {
    private static final AtomicBoolean DONE = new AtomicBoolean();
    private static final AtomicBoolean HAPPENED = new AtomicBoolean();

    private Interruption() {}

    /**
     * Watches for the end of the program.
     *
     * @param err where an interruption is told
     */
    public static void watch(PrintStream err) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> tell(err), "interruption"));
    }

    private static void tell(PrintStream err) {
        if (!DONE.get()) {
            HAPPENED.set(true);
            err.println("interrupted; files that were complete stay as they are");
        }
    }

    /** Says that the program ends by itself. */
    public static void done() {
        DONE.set(true);
    }

    static boolean happened() {
        return HAPPENED.get();
    }
}
