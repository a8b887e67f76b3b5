package io.github.marspark.jobs.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What was measured of a row.
 *
 * @param settings a name of all that its recipes say, so that another's result is not taken for it
 * @param parameters of the network
 * @param headParameters those of them that belong to the head
 * @param steps of the training
 * @param images seen in it
 * @param seconds it took, without starting and saving
 * @param loss mean over its last steps
 * @param validationLoss the last one; not-a-number where none was measured
 * @param iterations in which an image's tokens are drawn
 * @param diffusionSteps of each token, empty for ids
 * @param cached whether keys and values are kept between iterations
 * @param secondsPerImage of a drawing without guidance; not-a-number where it was drawn in more than one run
 * @param plain of images drawn without guidance
 * @param guided of images drawn with it
 */
public record RowResult(
        String settings,
        long parameters,
        long headParameters,
        long steps,
        long images,
        double seconds,
        double loss,
        double validationLoss,
        int iterations,
        String diffusionSteps,
        boolean cached,
        double secondsPerImage,
        Judgement plain,
        Judgement guided) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FOLDER = "rows";

    /**
     * What the classifier says of images.
     *
     * @param accuracy share that it takes for what they were meant to be
     * @param distance Fréchet distance in its features from the reference
     */
    public record Judgement(double accuracy, double distance) {
        /** Reads it from a report of {@code evaluate}, if there is one. */
        public static Optional<Judgement> find(String report) {
            FileStore folder = FileStore.at(report.substring(0, report.lastIndexOf('/')));
            String name = report.substring(report.lastIndexOf('/') + 1);
            if (!folder.exists(name)) {
                return Optional.empty();
            }
            try (InputStream stream = folder.read(name)) {
                JsonNode json = JSON.readTree(stream);
                return Optional.of(new Judgement(
                        json.path("label accuracy").asDouble(Double.NaN),
                        json.path("distance").path("value").asDouble(Double.NaN)));
            } catch (IOException failure) {
                throw new IllegalStateException(
                        "%s is no report of evaluate: %s; delete it to have it made again"
                                .formatted(report, oneLine(failure)),
                        failure);
            }
        }
    }

    /** A name of what recipes say. */
    public static String settings(Recipe... recipes) {
        String text = Arrays.stream(recipes).map(Recipes::render).collect(Collectors.joining("\n"));
        return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** Writes it where {@link #read} finds it. */
    public void write(String out, int row) {
        FileStore.at(out + "/" + FOLDER)
                .replace(
                        name(row),
                        stream -> stream.write(
                                JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this)));
    }

    /**
     * The result of a row that is done.
     *
     * @return nothing if there is none
     * @throws IllegalStateException if what is there is none
     */
    public static Optional<RowResult> read(String out, int row) {
        FileStore folder = FileStore.at(out + "/" + FOLDER);
        if (!folder.exists(name(row))) {
            return Optional.empty();
        }
        try (InputStream stream = folder.read(name(row))) {
            return Optional.of(JSON.readValue(stream, RowResult.class));
        } catch (IOException failure) {
            throw new IllegalStateException(
                    "%s is no result of a row: %s; delete it to have the row judged again"
                            .formatted(folder.path(name(row)), oneLine(failure)),
                    failure);
        }
    }

    /** Without the place in the text, which follows in a line of its own. */
    private static String oneLine(IOException failure) {
        return String.valueOf(
                failure instanceof JsonProcessingException json ? json.getOriginalMessage() : failure.getMessage());
    }

    private static String name(int row) {
        return "row-" + row + ".json";
    }
}
