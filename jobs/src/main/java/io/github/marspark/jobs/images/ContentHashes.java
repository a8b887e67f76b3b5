package io.github.marspark.jobs.images;

import io.github.marspark.data.image.ImageRejected;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** Hashes of the bytes of images, by which duplicates are found: MD5, since that is what runs on a GPU, too. */
public final class ContentHashes {
    /** 32 hexadecimal digits. */
    public static final String HASH = "hash";

    /** The hash of no bytes. */
    static final String OF_NOTHING = "d41d8cd98f00b204e9800998ecf8427e";

    private static final StructType SCHEMA = StructType.fromDDL("id STRING, hash STRING");

    private ContentHashes() {}

    /**
     * Reads every image once, on the executors.
     *
     * @param listed rows of {@link SourceImage#SCHEMA}
     * @param contents how their bytes are read
     * @param maxPixels of an image
     * @return id and hash of those that can be read and are not empty
     */
    static Dataset<Row> read(Dataset<Row> listed, Contents contents, long maxPixels) {
        Dataset<Row> ordered =
                contents.isInOrder() ? listed.repartition(listed.col("path")).sortWithinPartitions("id") : listed;
        return listed.sparkSession()
                .createDataFrame(read(ordered.toJavaRDD(), contents, ImageLoader.mostBytes(maxPixels)), SCHEMA);
    }

    /** Static, so that only what is needed travels. */
    private static JavaRDD<Row> read(JavaRDD<Row> listed, Contents contents, long mostBytes) {
        return listed.mapPartitions(rows -> contents.read(new MappedIterator<>(rows, SourceImage::of)))
                .flatMap(image -> hashed(image, mostBytes));
    }

    private static Iterator<Row> hashed(SourceImage image, long mostBytes) {
        try {
            byte[] bytes = ImageLoader.bytes(image, mostBytes);
            return bytes.length == 0
                    ? Collections.emptyIterator()
                    : List.of(RowFactory.create(image.id(), hash(bytes))).iterator();
        } catch (ImageRejected rejectedLater) {
            return Collections.emptyIterator();
        }
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("this Java has no MD5", impossible);
        }
    }
}
