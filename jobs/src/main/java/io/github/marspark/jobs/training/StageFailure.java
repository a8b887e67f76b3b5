package io.github.marspark.jobs.training;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds what a task said in what Spark says about a failed stage. */
final class StageFailure {
    private static final Pattern THROWN =
            Pattern.compile("^(?:Caused by: )?(?:[\\w$]+\\.)+([\\w$]*(?:Exception|Error)): (.+)$", Pattern.MULTILINE);
    private static final Pattern LOST = Pattern.compile("(ExecutorLostFailure .*)");

    private StageFailure() {}

    /** The failure with the task's own sentence as its message. */
    static RuntimeException told(RuntimeException failure) {
        String sentence = sentence(failure);
        return sentence.equals(failure.getMessage()) ? failure : new IllegalStateException(sentence, failure);
    }

    /** What the task said, or else what Spark says. */
    static String sentence(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        Matcher lost = LOST.matcher(message);
        if (lost.find()) {
            return lost.group(1);
        }
        Matcher thrown = THROWN.matcher(message);
        if (!thrown.find()) {
            return message;
        }
        boolean isPlain = thrown.group(1).startsWith("Illegal")
                || thrown.group(1).startsWith("Unchecked")
                || thrown.group(1).equals("PeerException")
                || thrown.group(1).equals("CheckpointException");
        return isPlain ? thrown.group(2) : thrown.group(1) + ": " + thrown.group(2);
    }
}
