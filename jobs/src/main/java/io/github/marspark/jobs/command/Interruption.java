package io.github.marspark.jobs.command;

import io.github.marspark.jobs.runtime.StopWish;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.util.SignalUtils;
import scala.Function0;

/** Knows why the program ends: by itself, by a signal such as Ctrl-C, or because Spark or the JVM gave it up. */
public final class Interruption {
    /** With their numbers, which shells add to 128 for an exit code. */
    private static final Map<String, Integer> SIGNALS = Map.of("HUP", 1, "INT", 2, "TERM", 15);

    private static final int SIGNAL_CODE = 128;
    private static final AtomicBoolean DONE = new AtomicBoolean();
    private static final AtomicInteger SIGNALLED = new AtomicInteger();
    private static final AtomicBoolean ENDING = new AtomicBoolean();

    private Interruption() {}

    /**
     * Watches for the end of the program.
     *
     * @param err where it is told, unless the program ends by itself
     */
    public static void watch(PrintStream err) {
        SIGNALS.forEach((signal, number) -> SignalUtils.register(signal, action(number)));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> tell(err), "interruption"));
    }

    /** Where no job takes the wish to end, whoever handled the signal before does so now, and ends the program. */
    private static Function0<Object> action(int number) {
        return () -> {
            SIGNALLED.set(number);
            return StopWish.express();
        };
    }

    /** The exit code of a job that has ended because of a signal. */
    static int code() {
        return SIGNAL_CODE + SIGNALLED.get();
    }

    private static void tell(PrintStream err) {
        if (DONE.get()) {
            return;
        }
        ENDING.set(true);
        err.println(
                SIGNALLED.get() > 0
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
