package io.github.marspark.jobs.progress;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * What happened in a step; a line of {@code metrics.jsonl}.
 *
 * @param step number of steps done with it
 * @param epoch passes over the data, with a fraction
 * @param loss mean over the masked tokens of the global batch
 * @param learningRate of the step
 * @param gradientNorm of the whole gradient before clipping
 * @param imagesPerSecond over all ranks
 * @param computing share of the step's time in which rank 0 computed
 * @param waiting share in which it waited for others
 * @param communicating the rest of the exchange's share
 * @param bytesSent by rank 0
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record StepReport(
        long step,
        double epoch,
        double loss,
        double learningRate,
        double gradientNorm,
        double imagesPerSecond,
        double computing,
        double waiting,
        double communicating,
        long bytesSent) {}
