package io.github.marspark.jobs.evaluation;

import io.github.marspark.model.evaluation.FeatureTable;
import io.github.marspark.model.evaluation.Features;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * The row of an image that belongs to a group, at its place in it; what tasks exchange when a number is computed over
 * chosen images.
 *
 * @param side which set it is of, 0 or 1
 * @param place of the image in the group's order
 * @param row features or logits
 */
record Drawn(int side, int place, float[] row) implements Serializable {
    /** Which table of a block a row is of. */
    interface Rows extends BiFunction<FeatureBlock, Integer, float[]>, Serializable {}

    /**
     * Which groups images belong to, and where: {@code image -> (group, place) ...}.
     *
     * @param side which set the images are of
     * @param places by number of the image, group and place by turns
     */
    record Groups(int side, Map<Integer, int[]> places) implements Serializable {
        /**
         * Groups of images.
         *
         * @param images numbers of a set's images
         * @param chosen of each group the places of its images among these
         */
        static Groups of(int side, int[] images, List<int[]> chosen) {
            Map<Integer, List<Integer>> lists = new HashMap<>();
            for (int group = 0; group < chosen.size(); group++) {
                int[] members = chosen.get(group);
                for (int place = 0; place < members.length; place++) {
                    List<Integer> list = lists.computeIfAbsent(images[members[place]], image -> new ArrayList<>());
                    list.add(group);
                    list.add(place);
                }
            }
            Map<Integer, int[]> places = new HashMap<>();
            lists.forEach((image, list) ->
                    places.put(image, list.stream().mapToInt(Integer::intValue).toArray()));
            return new Groups(side, places);
        }
    }

    /** The rows of all groups. */
    static JavaPairRDD<Integer, Drawn> of(JavaRDD<FeatureBlock> blocks, Groups groups, Rows rows) {
        Broadcast<Groups> known =
                JavaSparkContext.fromSparkContext(blocks.context()).broadcast(groups);
        return blocks.flatMapToPair(block -> of(block, known.value(), rows));
    }

    private static Iterator<Tuple2<Integer, Drawn>> of(FeatureBlock block, Groups groups, Rows rows) {
        List<Tuple2<Integer, Drawn>> drawn = new ArrayList<>();
        for (int i = 0; i < block.count(); i++) {
            int[] places = groups.places.getOrDefault(block.images()[i], new int[0]);
            for (int at = 0; at < places.length; at += 2) {
                drawn.add(new Tuple2<>(places[at], new Drawn(groups.side, places[at + 1], rows.apply(block, i))));
            }
        }
        return drawn.iterator();
    }

    /**
     * The rows of a group by their places.
     *
     * @param group all of its rows
     * @param side of which set
     */
    static Features table(Iterable<Drawn> group, int side) {
        Map<Integer, float[]> rows = new HashMap<>();
        group.forEach(drawn -> {
            if (drawn.side == side) {
                rows.put(drawn.place, drawn.row);
            }
        });
        int width = rows.values().iterator().next().length;
        double[] values = new double[rows.size() * width];
        rows.forEach((place, row) -> {
            for (int i = 0; i < width; i++) {
                values[place * width + i] = row[i];
            }
        });
        return new FeatureTable(values, width);
    }
}
