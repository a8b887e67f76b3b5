package io.github.marspark.jobs.command;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.util.SignalUtils;
import scala.Function0;

/** Knows why the program ends: by itself, by a signal such as Ctrl-C, or because Spark or the JVM gave it up. */
public final class Interruption {
    private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");
    private static final AtomicBoolean DONE = new AtomicBoolean();
    private static final AtomicBoolean SIGNALLED = new AtomicBoolean();
    private static final AtomicBoolean ENDING = new AtomicBoolean();

    private Interruption() {}

    /**
     * Watches for the end of the program.
     *
     * @param err where it is told, unless the program ends by itself
     */
    public static void watch(PrintStream err) {
        Function0<Object> escalate = () -> {
            SIGNALLED.set(true);
            return false; // whoever handled the signal before does so now, and ends the program
        };
        SIGNALS.forEach(signal -> SignalUtils.register(signal, escalate));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> tell(err), "interruption"));
    }

    private static void tell(PrintStream err) {
        if (DONE.get()) {
            return;
        }
        ENDING.set(true);
        err.println(
                SIGNALLED.get()
                        ? "interrupted; files that were complete stay as they are"
                        : "given up by Spark or by the JVM, whose reason is above; files that were complete stay as they are");
    }

    /** Says that the program ends by itself. */
    public static void done() {
        DONE.set(true);
    }

    /** Whether the program is being ended from outside, so that what breaks now is not called a failure. */
    static boolean happened() {
        return ENDING.get();
    }
}
