package io.github.marspark.jobs.runtime;

import io.github.marspark.jobs.exchange.PeerException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds what a task said in what Spark says about a failed stage. */
public final class StageFailure {
    /** On a line of its own in a barrier stage; elsewhere after the executor that the task ran on. */
    private static final Pattern THROWN = Pattern.compile(
            "^(?:Caused by: |Job aborted due to stage failure: .* executor \\S+\\): )?"
                    + "(?:[\\w$]+\\.)+([\\w$]*(?:Exception|Error)): (.+)$",
            Pattern.MULTILINE);

    private static final List<String> SIGNS_OF_LOSS = List.of(
            "ExecutorLostFailure", PeerException.class.getName(), "TaskKilled", "barrier sync", "BarrierCoordinator");
    private static final Pattern LOST = Pattern.compile("ExecutorLostFailure .*");
    private static final Pattern KILLED = Pattern.compile("TaskKilled \\(.*\\)");

    private StageFailure() {}

    /** Whether an executor was lost or did not answer, so that another attempt may get further. */
    public static boolean isLoss(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return SIGNS_OF_LOSS.stream().anyMatch(message::contains);
    }

    /** Gives Spark the time to notice who is gone. */
    public static void pause(int futile) {
        try {
            TimeUnit.SECONDS.sleep(1L << futile);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for executors", e);
        }
    }

    /** The failure with the task's own sentence as its message. */
    public static RuntimeException told(Exception failure) {
        String sentence = sentence(failure);
        return failure instanceof RuntimeException plain && sentence.equals(failure.getMessage())
                ? plain
                : new IllegalStateException(sentence, failure);
    }

    /** What the task said, or else what Spark says. */
    public static String sentence(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        Matcher lost = LOST.matcher(message);
        if (lost.find()) {
            return lost.group();
        }
        Matcher thrown = THROWN.matcher(message);
        if (!thrown.find()) {
            Matcher killed = KILLED.matcher(message);
            return killed.find() ? killed.group() : message;
        }
        boolean isPlain = thrown.group(1).startsWith("Illegal")
                || thrown.group(1).startsWith("Unchecked")
                || thrown.group(1).equals("PeerException")
                || thrown.group(1).equals("CheckpointException");
        return isPlain ? thrown.group(2) : thrown.group(1) + ": " + thrown.group(2);
    }
}
