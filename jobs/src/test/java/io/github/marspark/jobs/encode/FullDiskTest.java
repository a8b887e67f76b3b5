package io.github.marspark.jobs.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.avro.NumberType;
import io.github.marspark.data.image.PngFile;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.images.ClassFolders;
import io.github.marspark.jobs.images.ImageSettings;
import io.github.marspark.jobs.recipe.BlockCodec;
import io.github.marspark.jobs.recipe.Duplicates;
import io.github.marspark.jobs.recipe.EncodeRecipe;
import io.github.marspark.jobs.recipe.ImageLayout;
import io.github.marspark.jobs.runtime.SparkSessions;
import io.github.marspark.jobs.training.FullDisk;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDiskTest {
    private static final Map<String, String> SETTINGS = Map.of(
            "spark.master",
            "local[2]",
            "spark.sql.shuffle.partitions",
            "2",
            FullDisk.CLASS,
            FullDisk.class.getName(),
            FullDisk.IS_MADE_ANEW,
            "true");

    @TempDir
    Path folder;

    @AfterEach
    void clear() {
        SETTINGS.keySet().forEach(System::clearProperty);
        System.clearProperty(FullDisk.MATCHING);
        System.clearProperty(FullDisk.FREE);
    }

    private void encodeOnADiskWithoutRoomFor(String matching) {
        SETTINGS.forEach(System::setProperty);
        System.setProperty(FullDisk.MATCHING, matching);
        System.setProperty(FullDisk.FREE, "200");
        for (int i = 0; i < 6; i++) {
            Path image = folder.resolve("images").resolve(i < 3 ? "ash" : "oak").resolve(i + ".png");
            PngFile.write(RgbImage.ofGrey(40, 40, new byte[1600]), image);
        }
        EncodeRecipe recipe = new EncodeRecipe(
                ImageLayout.FOLDERS, "", "", NumberType.FLOAT32, BlockCodec.SNAPPY, 1, 4, 100, 0.5, Duplicates.KEEP, 0);
        try (SparkSession spark = SparkSessions.open("encode")) {
            PrintStream out = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
            String latents = FullDisk.SCHEME + "://" + folder.resolve("latents");
            new Encoding(spark, new PoolingEncoders("a1b2", 32, 1), recipe, Corpus.data(32, 2), latents, out)
                    .run(ClassFolders.at(folder.resolve("images").toString(), ImageSettings.LABELLED));
        }
    }

    @Test
    void aDiskWithoutRoomForLatentsIsNamed() {
        assertThatThrownBy(() -> encodeOnADiskWithoutRoomFor("_temporary/[0-9a-f-]+"))
                .hasStackTraceContaining("full:" + folder.resolve("latents/_temporary/"))
                .rootCause()
                .hasMessage("No space left on device");
        assertThat(folder.resolve("latents")).isDirectoryNotContaining("glob:**/part*");
        assertThat(folder.resolve("latents")).isDirectoryNotContaining("glob:**/.lease*");
    }

    /** Spark writes them by itself. */
    @Test
    void aDiskWithoutRoomForTablesIsNamed() {
        assertThatThrownBy(() -> encodeOnADiskWithoutRoomFor("_temporary/.*\\.parquet"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching(
                        "full:%s/_temporary/\\S+ cannot be written: No space left on device \\(on host .+\\); make room there, or name a folder on another disk, and start again"
                                .formatted(folder.resolve("latents")));
    }
}
