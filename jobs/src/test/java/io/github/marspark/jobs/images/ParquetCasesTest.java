package io.github.marspark.jobs.images;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.github.marspark.jobs.cluster.LocalSpark;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parquet files as they are found, one kind a test. */
class ParquetCasesTest {
    @RegisterExtension
    static final LocalSpark SPARK = new LocalSpark();

    @ParameterizedTest
    @CsvSource({
        "hf_clone, data/train-00000-of-00001.parquet",
        "nanos_ts, a.parquet",
        "labels_plural, a.parquet",
        "glob[1]{a}, a b.parquet",
        "path_only, a.parquet"
    })
    void onlyTheColumnsOfImagesAndLabelsMatter(String folder, String file) {
        Listed listed = list(folder);
        assertThat(listed.labels())
                .isEqualTo(Map.of(
                        file + "#0000000000", "0",
                        file + "#0000000001", "1",
                        file + "#0000000002", "2",
                        file + "#0000000003", "0",
                        file + "#0000000004", "1",
                        file + "#0000000005", "2"));
        assertThat(listed.rejects()).isEmpty();
        assertThat(listed.notes()).isEmpty();
    }

    @Test
    void numbersOfAnyWidthAreNumbers() {
        assertThat(list("mixed_types").labels())
                .isEqualTo(Map.of(
                        "a.parquet#0000000000", "0",
                        "a.parquet#0000000001", "1",
                        "a.parquet#0000000002", "2",
                        "b.parquet#0000000000", "0",
                        "b.parquet#0000000001", "1",
                        "b.parquet#0000000002", "2"));
    }

    @Test
    void filesWithoutLabelsTakeNoneFromOthers() {
        assertThat(list("splits").labels())
                .isEqualTo(Map.of(
                        "train-00000-of-00001.parquet#0000000000", "0",
                        "train-00000-of-00001.parquet#0000000001", "1",
                        "train-00000-of-00001.parquet#0000000002", "2",
                        "train-00000-of-00001.parquet#0000000003", "0",
                        "test-00000-of-00001.parquet#0000000000", "none",
                        "test-00000-of-00001.parquet#0000000001", "none"));
    }

    @Test
    void foldersMaySayTheLabel() {
        assertThat(list("partitioned").labels())
                .isEqualTo(Map.of(
                        "label=0/part-0.parquet#0000000000", "0",
                        "label=0/part-0.parquet#0000000001", "0",
                        "label=1/part-0.parquet#0000000000", "1",
                        "label=1/part-0.parquet#0000000001", "1",
                        "label=2/part-0.parquet#0000000000", "2",
                        "label=2/part-0.parquet#0000000001", "2"));
    }

    @Test
    void rowsThatHoldPathsAndNoBytesAreToldSo() {
        String folder = Listed.resource("parquet/path_only");
        ImageCollection images = ParquetImages.at(folder, ImageSettings.LABELLED);
        Iterator<SourceImage> read = images.contents()
                .read(ListedImages.of(SPARK.session(), images).images().iterator());
        assertThat(List.of(read.next(), read.next()))
                .extracting(SourceImage::told)
                .containsExactly(
                        "file:" + folder + "/a.parquet",
                        "file:" + folder
                                + "/a.parquet has no image in row 1, only the path /data/imgs/1.png and no bytes");
    }

    @Test
    void filesAreReadWhicheverCodecPackedThemAndElseToldByIt() {
        ImageCollection images = ParquetImages.at(Listed.resource("parquet/codecs"), ImageSettings.LABELLED);
        List<SourceImage> read = new ArrayList<>();
        images.contents()
                .read(ListedImages.of(SPARK.session(), images).images().iterator())
                .forEachRemaining(read::add);
        assertThat(read.stream()
                        .filter(image -> image.trouble() == null)
                        .map(image -> image.id() + " " + image.label()))
                .containsExactlyElementsOf(Stream.of("gzip", "lz4", "plain", "zstd")
                        .flatMap(codec ->
                                IntStream.range(0, 3).mapToObj(row -> "%s.parquet#%010d %2$d".formatted(codec, row)))
                        .toList());
        assertThat(read.stream().filter(image -> image.trouble() != null).map(SourceImage::told))
                .singleElement(as(STRING))
                .endsWith(
                        "/brotli.parquet is packed by BROTLI, which cannot be unpacked here; write it with zstd, snappy or gzip");
    }

    private static Listed list(String name) {
        return Listed.of(SPARK.session(), ParquetImages.at(Listed.resource("parquet/" + name), ImageSettings.LABELLED));
    }
}
