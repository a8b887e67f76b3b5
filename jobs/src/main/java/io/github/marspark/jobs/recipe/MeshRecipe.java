package io.github.marspark.jobs.recipe;

/**
 * The settings of DL4J's gradient sharing, which {@link GradientSharing#DL4J_SHARED} alone reads.
 *
 * @param threshold how the threshold is chosen above which a change of a parameter is sent
 * @param firstThreshold the threshold at the beginning
 * @param leastShare share of the changes that is sent at least
 * @param mostShare share of the changes that is sent at most
 * @param thresholdDecay factor by which the threshold falls in a step when too little is sent
 * @param residualClip bound of what was not sent yet, in thresholds
 * @param residualClipSteps steps between two applications of that bound
 * @param mesh who sends a change on to whom
 * @param port UDP port of the driver and of each executor
 * @param chunkBytes longest message of the mesh; longer changes travel in several
 * @param bufferBytes memory for changes that have come in part; more go to files
 * @param retransmitMillis time between two attempts to send what the network did not take
 * @param networkMask network whose address a machine takes
 */
public record MeshRecipe(
        @Describe(value = "how the threshold is chosen above which a change is sent", byDefault = "adaptive")
        ThresholdRule threshold,

        @Describe(value = "the threshold at the beginning", byDefault = "1e-4")
        double firstThreshold,

        @Describe(value = "share of the changes sent at least; what target aims at", byDefault = "1e-4")
        double leastShare,

        @Describe(value = "share of the changes sent at most; read by adaptive", byDefault = "1e-2")
        double mostShare,

        @Describe(value = "factor by which the threshold falls in a step, not read by fixed", byDefault = "0.966")
        double thresholdDecay,

        @Describe(value = "bound of what was not sent yet; 0 for none", unit = "thresholds", byDefault = "5.0")
        double residualClip,

        @Describe(value = "steps between two applications of that bound", unit = "steps", byDefault = "5")
        int residualClipSteps,

        @Describe(value = "who sends a change on: the driver, or executors along a tree", byDefault = "plain")
        MeshMode mesh,

        @Describe(value = "UDP port of the driver and of each executor", byDefault = "49876")
        int port,

        @Describe(value = "longest message; longer changes travel in several", unit = "bytes", byDefault = "65536")
        int chunkBytes,

        @Describe(value = "memory for changes that have come in part", unit = "bytes", byDefault = "1073741824")
        long bufferBytes,

        @Describe(value = "time until a message is sent again that was not taken", unit = "ms", byDefault = "1000")
        int retransmitMillis,

        @Describe(
                value = "network whose address each machine takes, such as 10.0.0.0/16; "
                        + "empty for the address in the environment's DL4J_VOID_IP",
                byDefault = "\"\"")
        String networkMask) {
    private static final double LARGEST_SHARE = 1.0 / 16;

    /** Checks each value. */
    public MeshRecipe {
        Require.positive("first-threshold", firstThreshold);
        Require.positive("least-share", leastShare);
        Require.between("most-share", mostShare, leastShare, 1);
        Require.that(
                threshold != ThresholdRule.TARGET || leastShare < LARGEST_SHARE,
                "least-share",
                leastShare,
                "below %s where the threshold is chosen by target".formatted(LARGEST_SHARE));
        Require.between("threshold-decay", thresholdDecay, 0.5, 0.999);
        Require.that(
                residualClip == 0 || residualClip >= 1, "residual-clip", residualClip, "0, or at least 1.0 threshold");
        Require.atLeast("residual-clip-steps", residualClipSteps, 1);
        Require.between("port", port, 1024, 65535);
        Require.between("chunk-bytes", chunkBytes, 1024, 65536);
        Require.that(bufferBytes >= chunkBytes, "buffer-bytes", bufferBytes, "at least chunk-bytes, " + chunkBytes);
        Require.atLeast("retransmit-millis", retransmitMillis, 1);
        Require.that(
                networkMask.matches("|\\d{1,3}(\\.\\d{1,3}){2}\\.0/\\d{1,2}"),
                "network-mask",
                '"' + networkMask + '"',
                "empty, or of the form 10.0.0.0/16");
    }
}
