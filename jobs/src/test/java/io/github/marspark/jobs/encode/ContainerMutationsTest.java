package io.github.marspark.jobs.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.data.avro.NumberType;
import io.github.marspark.jobs.cluster.LocalSpark;
import io.github.marspark.jobs.encode.LatentFileReports.Totals;
import io.github.marspark.jobs.images.ContainerFiles;
import io.github.marspark.jobs.images.ImageCollection;
import io.github.marspark.jobs.images.ImageSettings;
import io.github.marspark.jobs.images.ListedImages;
import io.github.marspark.jobs.images.ParquetImages;
import io.github.marspark.jobs.images.SourceImage;
import io.github.marspark.jobs.recipe.BlockCodec;
import io.github.marspark.jobs.recipe.DataRecipe;
import io.github.marspark.jobs.recipe.Duplicates;
import io.github.marspark.jobs.recipe.EncodeRecipe;
import io.github.marspark.jobs.recipe.ImageLayout;
import io.github.marspark.jobs.recipe.LabelUse;
import io.github.marspark.jobs.recipe.Mirror;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarUtils;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Files of many images of which each is damaged in another way, all in one collection beside a good one. */
class ContainerMutationsTest {
    /** Of each of four kinds; {@code -Dmar.mutations=N} tries more. */
    private static final int FILES = Integer.getInteger("mar.mutations", 1_000);

    private static final int IMAGES = 8;

    /** Of a tar, which ends with two of zeros. */
    private static final int BLOCK = 512;

    /** To multiples of which tars are filled. */
    private static final int RECORD = 20 * BLOCK;

    private static final ImageSettings LABELLED = ImageSettings.LABELLED;
    private static final ImageSettings UNLABELLED = new ImageSettings("", "", false);

    @RegisterExtension
    static final LocalSpark SPARK = new LocalSpark();

    @TempDir
    Path folder;

    /** What became of one file: the images that may be used, and what is told of it. */
    private record Outcome(Map<String, SourceImage> images, List<String> told, boolean damaged) {
        Outcome() {
            this(new TreeMap<>(), new ArrayList<>(), false);
        }
    }

    @Test
    @Timeout(600)
    void tarsAreReadAsFarAsTheirChecksumsHold() throws IOException {
        byte[] whole = tar();
        Path images = write(whole, "%03d.tar");
        Map<String, Outcome> outcomes = list(ContainerFiles.tar(images.toString(), LABELLED));
        for (int number = 0; number < FILES; number++) {
            byte[] mutated = Files.readAllBytes(images.resolve("%03d.tar".formatted(number)));
            Outcome outcome = outcomes.getOrDefault("%03d.tar".formatted(number), new Outcome());
            assertThat(outcome.damaged()
                            || outcome.images().size() + outcome.told().size() >= IMAGES
                            || (looksJoined(mutated) && outcome.told().size() == 1))
                    .as("tar %d is accounted for: %s", number, outcome)
                    .isTrue();
            if (mutated.length < whole.length - BLOCK || brokenHeader(whole, mutated)) {
                assertThat(outcome.told()).as("tar %d is told", number).isNotEmpty();
            }
            int tar = number;
            outcome.images()
                    .forEach((name, image) -> assertThat(image.label())
                            .as("label of %s in tar %d", name, tar)
                            .isEqualTo(labelIn(mutated, Integer.parseInt(name.replaceAll("\\D", "")))));
        }
        assertAccount(ContainerFiles.tar(images.toString(), UNLABELLED));
    }

    @Test
    @Timeout(600)
    void parquetFilesGiveNoOtherBytesThanWereWritten() throws IOException {
        Corpus.writeTable(SPARK.session(), folder.resolve("table"), "whole.parquet", IMAGES, row -> row);
        Path images = write(Files.readAllBytes(folder.resolve("table/whole.parquet")), "%03d.parquet");
        ImageCollection collection = ParquetImages.at(images.toString(), LABELLED);
        Map<String, Outcome> outcomes = list(collection);
        for (int number = 0; number < FILES; number++) {
            Outcome outcome = outcomes.getOrDefault("%03d.parquet".formatted(number), new Outcome());
            assertThat(outcome.damaged()
                            || outcome.images().size() + outcome.told().size() >= IMAGES)
                    .as("file %d is accounted for: %s", number, outcome)
                    .isTrue();
            int file = number;
            outcome.images().forEach((row, image) -> {
                int place = Integer.parseInt(row);
                assertThat(image.content()).as("row %s of file %d", row, file).isEqualTo(Corpus.png(place));
                assertThat(image.label())
                        .as("label of row %s of file %d", row, file)
                        .isEqualTo(place % 3);
            });
        }
        assertAccount(ParquetImages.at(images.toString(), UNLABELLED));
    }

    @Test
    @Timeout(600)
    void idxFilesAreTakenWholeOrNotAtAll() throws IOException {
        byte[] plain = idx();
        byte[] zipped = zipped(plain);
        Path images = write(plain, "%03d-images-idx3-ubyte");
        write(zipped, "%03d-images-idx3-ubyte.gz");
        Map<String, Outcome> outcomes = list(ContainerFiles.idx(images.toString(), LABELLED));
        Map<String, SourceImage> good = Objects.requireNonNull(outcomes.get("whole-images-idx3-ubyte.gz"))
                .images();
        assertThat(good).hasSize(IMAGES);
        for (int number = 0; number < FILES; number++) {
            Outcome ofPlain = outcomes.getOrDefault("%03d-images-idx3-ubyte".formatted(number), new Outcome());
            assertThat(ofPlain.damaged() || ofPlain.images().size() == IMAGES)
                    .as("file %d", number)
                    .isTrue();
            Outcome ofZipped = outcomes.getOrDefault("%03d-images-idx3-ubyte.gz".formatted(number), new Outcome());
            assertThat(ofZipped.damaged() || ofZipped.images().size() == IMAGES)
                    .as("zipped file %d", number)
                    .isTrue();
            ofZipped.images()
                    .forEach((name, image) -> assertThat(image.content())
                            .isEqualTo(Objects.requireNonNull(good.get(name)).content()));
        }
        assertAccount(ContainerFiles.idx(images.toString(), UNLABELLED));
    }

    /** Writes a good file and its mutations. */
    private Path write(byte[] whole, String name) throws IOException {
        Path images = Files.createDirectories(folder.resolve("images"));
        Files.write(images.resolve(name.replace("%03d", "whole")), whole);
        for (int number = 0; number < FILES; number++) {
            Files.write(images.resolve(name.formatted(number)), Mutation.of(whole, number));
        }
        return images;
    }

    /** What became of each file; every image that is not rejected is read. */
    private Map<String, Outcome> list(ImageCollection collection) {
        ListedImages listed = ListedImages.of(SPARK.session(), collection);
        Map<String, Outcome> outcomes = new TreeMap<>();
        for (String note : listed.notes()) {
            String name = note.replaceFirst(" .*", "").replaceFirst(".*/", "");
            outcomes.computeIfAbsent(name, file -> new Outcome()).told().add(note);
        }
        collection.contents().read(listed.images().iterator()).forEachRemaining(image -> {
            String[] id = image.id().split("#", 2);
            Outcome before = outcomes.getOrDefault(id[0], new Outcome());
            if (image.trouble() == null) {
                assertThat(before.images().put(id[1], image)).as(image.id()).isNull();
            } else {
                assertThat(image.trouble().detail()).matches("(?s)[a-z].{3,}");
                before.told().add(image.told());
            }
            boolean damaged = before.damaged()
                    || (image.trouble() != null && image.trouble().unread() != null);
            outcomes.put(id[0], new Outcome(before.images(), before.told(), damaged));
        });
        return outcomes;
    }

    private void assertAccount(ImageCollection collection) throws IOException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        DataRecipe data = new DataRecipe(Corpus.SIDE, 1, LabelUse.NONE, Mirror.NONE, 0);
        EncodeRecipe recipe = new EncodeRecipe(
                ImageLayout.TAR, "", "", NumberType.FLOAT16, BlockCodec.SNAPPY, 64, 32, 1, 1, Duplicates.KEEP, 0);
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        Path latents = folder.resolve("latents [1]{a,b}*?");
        Totals totals = new Encoding(
                        SPARK.session(),
                        new PoolingEncoders("a1b2", Corpus.SIDE, 1),
                        recipe,
                        data,
                        latents.toString(),
                        out)
                .run(collection);
        assertThat(totals.images()).isEqualTo(totals.records() + totals.rejects());
        assertThat(totals.records()).isGreaterThan(IMAGES);
        assertThat(Corpus.records(latents)).hasSize((int) totals.records());
        List<Row> rejects = Corpus.rejects(SPARK.session(), latents);
        assertThat(rejects)
                .hasSize((int) totals.rejects())
                .allMatch(row -> row.getString(3).matches("(?s)[a-z].{3,}"));
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .containsPattern(
                        "\\d+ of \\d+ files cannot be read to their end; what is in [\\d,]+ bytes of them is not known");
    }

    private static byte[] tar() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (int index = 0; index < IMAGES; index++) {
                add(
                        tar,
                        "%02d.cls".formatted(index),
                        Integer.toString(index % 3).getBytes(StandardCharsets.UTF_8));
                add(tar, "%02d.png".formatted(index), Corpus.png(index));
            }
        }
        return bytes.toByteArray();
    }

    private static void add(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setModTime(0L);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    /** Whether the checksum of a header is wrong that stood at the same place in the whole file. */
    private static boolean brokenHeader(byte[] whole, byte[] mutated) {
        for (int at = 0; at < whole.length; at += BLOCK) {
            byte[] before = Arrays.copyOfRange(whole, at, at + BLOCK);
            byte[] after = Arrays.copyOfRange(mutated, at, at + BLOCK);
            if (isHeader(before) && !isHeader(after)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isHeader(byte[] block) {
        try {
            return block[0] != 0 && TarUtils.verifyCheckSum(block);
        } catch (IllegalArgumentException noNumber) {
            return false;
        }
    }

    /** Whether only zeros are left of an image and its label, up to the end of a record, as where tars were joined. */
    private static boolean looksJoined(byte[] tar) {
        return tar.length > RECORD
                && Arrays.equals(Arrays.copyOfRange(tar, RECORD - 4 * BLOCK, RECORD), new byte[4 * BLOCK])
                && isHeader(Arrays.copyOfRange(tar, RECORD, RECORD + BLOCK));
    }

    /** What the member says that stands before an image, as it is now. */
    private static int labelIn(byte[] tar, int index) {
        String name = "%02d.cls".formatted(index);
        for (int at = 0; at < tar.length - BLOCK; at += BLOCK) {
            if (new String(tar, at, name.length(), StandardCharsets.ISO_8859_1).equals(name)) {
                return tar[at + BLOCK] - '0';
            }
        }
        return -1;
    }

    private static byte[] idx() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (int head : new int[] {0x803, IMAGES, 20, 20}) {
            out.writeInt(head);
        }
        for (int index = 0; index < IMAGES; index++) {
            byte[] levels = new byte[20 * 20];
            Arrays.fill(levels, (byte) (index * 6));
            out.write(levels);
        }
        return bytes.toByteArray();
    }

    private static byte[] zipped(byte[] plain) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(plain);
        }
        return bytes.toByteArray();
    }
}
