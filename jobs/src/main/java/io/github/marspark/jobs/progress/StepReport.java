package io.github.marspark.jobs.progress;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

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
 * @param imagesPerSecondByRank how many images a second each rank would compute alone, by rank; empty where not measured
 * @param validationLoss mean over the held-out latents after the step; null where it was not measured
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
        long bytesSent,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable
        List<Double> imagesPerSecondByRank,

        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double validationLoss) {
    /** Copies the list. */
    public StepReport {
        imagesPerSecondByRank = imagesPerSecondByRank == null ? List.of() : List.copyOf(imagesPerSecondByRank);
    }

    /** By rank; empty where not measured. */
    @Override
    public List<Double> imagesPerSecondByRank() {
        return imagesPerSecondByRank == null ? List.of() : imagesPerSecondByRank;
    }

    /** Of a step after which nothing was validated. */
    public StepReport(
            long step,
            double epoch,
            double loss,
            double learningRate,
            double gradientNorm,
            double imagesPerSecond,
            double computing,
            double waiting,
            double communicating,
            long bytesSent) {
        this(
                step,
                epoch,
                loss,
                learningRate,
                gradientNorm,
                imagesPerSecond,
                computing,
                waiting,
                communicating,
                bytesSent,
                List.of(),
                null);
    }

    /** The same with the rates of all ranks. */
    public StepReport with(List<Double> rates) {
        return with(rates, validationLoss);
    }

    /** The same with a validation loss, if there is one. */
    public StepReport with(OptionalDouble validated) {
        return with(imagesPerSecondByRank(), validated.isPresent() ? Double.valueOf(validated.getAsDouble()) : null);
    }

    private StepReport with(List<Double> rates, @Nullable Double validated) {
        return new StepReport(
                step,
                epoch,
                loss,
                learningRate,
                gradientNorm,
                imagesPerSecond,
                computing,
                waiting,
                communicating,
                bytesSent,
                rates,
                validated);
    }
}
