package io.github.marspark.jobs.encode;

import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.data.latent.LatentNumbers;
import io.github.marspark.jobs.encode.LatentFileReports.Totals;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.files.MadeFolder;
import io.github.marspark.jobs.files.Origin;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.images.Contents;
import io.github.marspark.jobs.images.ImageCollection;
import io.github.marspark.jobs.images.MappedIterator;
import io.github.marspark.jobs.images.SourceImage;
import io.github.marspark.jobs.latents.CodeReport;
import io.github.marspark.jobs.latents.LatentSource;
import io.github.marspark.jobs.recipe.DataRecipe;
import io.github.marspark.jobs.recipe.EncodeRecipe;
import io.github.marspark.jobs.runtime.ImageProgress;
import io.github.marspark.jobs.runtime.SparkDisks;
import java.io.PrintStream;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple2;

/**
 * Encodes a collection of images into a folder of latents, and goes on with what an earlier run has left there.
 *
 * <p>The images are listed, put in the order of their ids and cut into latent files of equal numbers of images, so files are a
 * function of the collection and the recipe. A task encodes a file. Driver only.
 */
public final class Encoding {
    private static final long FORMAT = 1;
    private static final int MEGABYTE = 1_000_000;
    private static final int BYTES_BESIDE_MOMENTS = 128;

    private final SparkSession spark;
    private final EncoderSource encoders;
    private final EncodeRecipe recipe;
    private final DataRecipe data;
    private final LatentFolder folder;
    private final PrintStream out;

    /**
     * Prepares.
     *
     * @param spark where to compute
     * @param encoders of images
     * @param recipe how latents are written
     * @param data side of the square cut from each image, and how many kinds of image there have to be
     * @param latents address of the folder
     * @param out where a person reads what happens
     */
    public Encoding(
            SparkSession spark,
            EncoderSource encoders,
            EncodeRecipe recipe,
            DataRecipe data,
            String latents,
            PrintStream out) {
        this.spark = spark;
        this.encoders = encoders;
        this.recipe = recipe;
        this.data = data;
        this.folder = new LatentFolder(latents);
        this.out = out;
    }

    /**
     * Encodes what is not encoded yet.
     *
     * @param images the collection
     * @return what the folder holds now
     * @throws IllegalArgumentException if there are no images
     * @throws IllegalStateException if the folder holds other data, or too few images could be used
     */
    public Totals run(ImageCollection images) {
        requireApart(images);
        keptPlan(); // refuses other data before anything is written beside it
        return Lease.during(folder.store(), Product.LATENTS, "encode", out, lease -> {
            lease.watchOver(spark.sparkContext());
            try {
                Totals totals = encode(images, keptPlan());
                folder.deleteTemporary();
                return totals;
            } catch (Exception failure) { // Spark's are checked, and not declared
                SparkDisks.requireRoom(failure, spark.sparkContext().getConf(), folder.toString());
                throw failure;
            } finally {
                folder.deleteEmptyTemporary();
            }
        });
    }

    private Totals encode(ImageCollection images, Optional<Origin> kept) {
        try (FolderTables tables = new FolderTables(spark, folder)) {
            Intake intake = Intake.of(images, tables.keep(images.list(spark)), data, out);
            Origin plan = plan(images, intake);
            kept.ifPresentOrElse(
                    other -> folder.made().requireSame(other, plan), () -> begin(plan, intake.classNames()));
            LeftOut leftOut = LeftOut.of(tables, Selection.of(recipe), images, intake.listing(), recipe.maxPixels());
            return encode(images, intake, leftOut, tables);
        }
    }

    private void requireApart(ImageCollection images) {
        if ((folder + "/").startsWith(images.root() + "/")) {
            throw new IllegalStateException(
                    "the latents %s would lie among the images %s; choose another folder with latents=…"
                            .formatted(folder, images.root()));
        }
    }

    private Optional<Origin> keptPlan() {
        Optional<Origin> plan = folder.made().origin();
        if (plan.isEmpty()) {
            MadeFolder.requireNothingElse(folder.store(), Product.LATENTS, LatentFolder.TEMPORARY::equals);
        }
        return plan;
    }

    private Origin plan(ImageCollection images, Intake intake) {
        LatentSpace space = encoders.space();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("format", Long.toString(FORMAT));
        facts.put("tokenizer", space.fingerprint());
        facts.put("scale", Double.toString(space.scale()));
        facts.put("latent shape", "%d x %d x %2$d".formatted(space.channels(), space.side()));
        facts.put(LatentSource.IMAGES, images.root());
        facts.put(LatentSource.KIND, images.kind());
        facts.put("number of images", Long.toString(intake.listing().size()));
        facts.put("list of images", intake.listing().digest());
        facts.put("classes", String.join(", ", intake.classNames()));
        facts.put("data.image-size", Integer.toString(data.imageSize()));
        facts.put("encode.number-type", recipe.numberType().toString());
        facts.put("encode.codec", recipe.codec().toString());
        facts.put("encode.batch", Integer.toString(recipe.batch()));
        facts.put("encode.max-megapixels", Double.toString(recipe.maxMegapixels()));
        facts.put("encode.duplicates", recipe.duplicates().toString());
        facts.put("encode.max-per-class", Integer.toString(recipe.maxPerClass()));
        if (!recipe.imageColumn().isEmpty()) {
            facts.put("encode.image-column", recipe.imageColumn());
        }
        facts.put("encode.shard-megabytes", Integer.toString(recipe.shardMegabytes()));
        facts.put("images of a shard", Long.toString(imagesPerFile()));
        return new Origin(facts);
    }

    private void begin(Origin plan, List<String> classNames) {
        folder.made().write(plan);
        folder.write(LatentFolder.LABELS, new ClassLabels(classNames).toJson());
    }

    private long imagesPerFile() {
        LatentFileSettings settings = settings(List.of(), 1);
        LatentHeader header = settings.header(encoders.space());
        long bytes = BYTES_BESIDE_MOMENTS
                + 2L * header.momentCount() * LatentNumbers.bytesOf(header.numberType())
                + 2L * header.codeBytes();
        return Math.max(1, (long) recipe.shardMegabytes() * MEGABYTE / bytes);
    }

    private LatentFileSettings settings(List<String> classNames, int threads) {
        return LatentFileSettings.of(folder.toString(), classNames, data.imageSize(), recipe, threads);
    }

    private Totals encode(ImageCollection images, Intake intake, LeftOut leftOut, FolderTables tables) {
        Listing listing = intake.listing();
        List<String> classNames = intake.classNames();
        LatentFileReports reports = new LatentFileReports(spark, folder, tables);
        long chosen = listing.size() - leftOut.size();
        int count = PendingFiles.count(chosen, imagesPerFile());
        int[] pending = reports.pending(count);
        out.printf(
                "%d images in %d classes, %d files of latents, of which %d are complete%n",
                listing.size(), classNames.size(), count, count - pending.length);
        if (pending.length > 0) {
            PendingFiles files = new PendingFiles(pending, imagesPerFile());
            int slots = spark.sparkContext().defaultParallelism();
            Dataset<Row> ordered = tables.keep(Ranking.ordered(leftOut.without(listing.rows())));
            encode(
                    ordered,
                    chosen,
                    files,
                    settings(classNames, Math.max(1, slots / pending.length)),
                    images.contents());
        }
        reports.writeTables(leftOut);
        Totals totals = new Account(folder, recipe, images, out).settle(intake, leftOut, reports);
        tellOfCodes(reports);
        return totals;
    }

    /** Which codes occur in all files, also those that are older than this run. */
    private void tellOfCodes(LatentFileReports reports) {
        int codes = encoders.space().codes();
        if (codes > 0) {
            CodeReport.print(reports.codes(codes), "the encoded images", out);
        }
    }

    private void encode(
            Dataset<Row> ordered, long chosen, PendingFiles files, LatentFileSettings settings, Contents contents) {
        SparkContext context = spark.sparkContext();
        LongAccumulator done = context.longAccumulator("images encoded");
        ImageProgress progress =
                new ImageProgress("encoded", done.id(), Math.min(chosen, files.numPartitions() * imagesPerFile()), out);
        context.addSparkListener(progress);
        try {
            write(pending(ordered, files), files, settings, encoders, contents, done);
        } finally {
            context.removeSparkListener(progress);
            progress.close();
        }
    }

    /** The images of files that are not complete, by their rank; here they leave the relational part. */
    private JavaPairRDD<Long, Row> pending(Dataset<Row> ordered, PendingFiles files) {
        return byRank(Ranking.of(ordered, imagesPerFile(), files.numbers()));
    }

    /** Static, so that nothing of the driver travels to the executors. */
    private static JavaPairRDD<Long, Row> byRank(Dataset<Row> ranked) {
        int rank = ranked.schema().fieldIndex(Ranking.RANK);
        return ranked.toJavaRDD()
                .mapToPair(row ->
                        new Tuple2<>(row.getLong(rank), SourceImage.of(row).toRow()));
    }

    /** Static, so that nothing of the driver travels to the executors. */
    private static void write(
            JavaPairRDD<Long, Row> pending,
            PendingFiles files,
            LatentFileSettings settings,
            EncoderSource encoders,
            Contents contents,
            LongAccumulator done) {
        pending.repartitionAndSortWithinPartitions(files).foreachPartition(rows -> {
            int file = files.file(TaskContext.getPartitionId());
            LatentFileEncoder encoder = new LatentFileEncoder(settings, encoders, images -> {
                TaskContext.get().killTaskIfInterrupted();
                done.add(images);
            });
            Iterator<SourceImage> images = new MappedIterator<>(rows, row -> SourceImage.of(row._2()));
            encoder.encode(file, contents.read(images));
        });
    }
}
