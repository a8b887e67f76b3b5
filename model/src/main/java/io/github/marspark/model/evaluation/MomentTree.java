package io.github.marspark.model.evaluation;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Merges the {@link Moments} of blocks of images to those of all, in an order that depends on the number of images alone.
 *
 * <p>Block i holds the images {@code i BLOCK … (i + 1) BLOCK - 1} of a set whose images are numbered without gaps. Blocks
 * are the leaves of a tree: node i of a level is the merger of the nodes {@code 2 i} and {@code 2 i + 1} below it, in this
 * order, and a last node without neighbour passes up unchanged. So the value of every node is a function of the images'
 * features and the number of blocks. Whoever meets both halves of a node merges them, and hands on what it cannot merge:
 * which task, executor or attempt computed a block, and in which order mergers happened, changes no bit of the root. A
 * task of {@code 2^k} blocks from a multiple of that on holds at most {@code k + 1} nodes and hands on one.
 *
 * <p>Not thread-safe.
 */
public final class MomentTree {
    /** Images of a block; the last one may have fewer. */
    public static final int BLOCK = 1024;

    private final long blocks;
    private final TreeMap<Place, Moments> nodes = new TreeMap<>();

    /** Where a node stands. */
    private record Place(int level, long index) implements Comparable<Place> {
        Place parent() {
            return new Place(level + 1, index / 2);
        }

        Place neighbour() {
            return new Place(level, index ^ 1);
        }

        long firstBlock() {
            return index << level;
        }

        long endBlock() {
            return (index + 1) << level;
        }

        boolean overlaps(Place other) {
            return firstBlock() < other.endBlock() && other.firstBlock() < endBlock();
        }

        @Override
        public int compareTo(Place other) {
            return level != other.level ? Integer.compare(level, other.level) : Long.compare(index, other.index);
        }
    }

    /** The moments of the blocks {@code index 2^level} to {@code (index + 1) 2^level}, as far as there are such. */
    public static final class Node implements Serializable {
        private static final long serialVersionUID = 1;

        private final int level;
        private final long index;
        private final Moments moments;

        private Node(int level, long index, Moments moments) {
            this.level = level;
            this.index = index;
            this.moments = moments;
        }
    }

    /**
     * A tree without nodes.
     *
     * @param images number of all images of the set
     * @throws IllegalArgumentException if there are none
     */
    public MomentTree(long images) {
        if (images < 1) {
            throw new IllegalArgumentException("images are " + images + ", must be at least 1");
        }
        this.blocks = (images + BLOCK - 1) / BLOCK;
    }

    /**
     * Adds a block.
     *
     * @param block number of the block, from 0
     * @param moments of all its images
     * @throws IllegalArgumentException if there is no such block, or it was added before
     */
    public void add(long block, Moments moments) {
        if (block < 0 || block >= blocks) {
            throw new IllegalArgumentException("block is " + block + ", must be in 0 … " + (blocks - 1));
        }
        add(new Place(0, block), moments);
    }

    /**
     * Adds what another tree of the same set could not merge.
     *
     * @throws IllegalArgumentException if it was added before
     */
    public void add(Node node) {
        add(new Place(node.level, node.index), node.moments);
    }

    private void add(Place start, Moments added) {
        if (nodes.keySet().stream().anyMatch(start::overlaps)) {
            throw new IllegalArgumentException("block " + start.firstBlock() + " is added twice");
        }
        Place place = start;
        Moments moments = added;
        while (nodesOf(place.level) > 1) {
            if (place.index % 2 == 0 && place.index == nodesOf(place.level) - 1) {
                place = place.parent();
                continue;
            }
            Moments neighbour = nodes.remove(place.neighbour());
            if (neighbour == null) {
                break;
            }
            moments = place.index % 2 == 0 ? moments.and(neighbour) : neighbour.and(moments);
            place = place.parent();
        }
        nodes.put(place, moments);
    }

    private long nodesOf(int level) {
        return (blocks + (1L << level) - 1) >> level;
    }

    /** What is not merged yet, to be added to another tree of the same set. */
    public List<Node> nodes() {
        List<Node> result = new ArrayList<>();
        nodes.forEach((place, moments) -> result.add(new Node(place.level, place.index, moments)));
        return result;
    }

    /**
     * The moments of all images.
     *
     * @throws IllegalStateException if blocks are missing, naming the first
     */
    public Moments root() {
        Map.Entry<Place, Moments> last = nodes.lastEntry();
        if (last == null || nodesOf(last.getKey().level) > 1) {
            throw new IllegalStateException("block " + firstMissing() + " of " + blocks + " is missing");
        }
        return last.getValue();
    }

    private long firstMissing() {
        List<Place> places = new ArrayList<>(nodes.keySet());
        places.sort(Comparator.comparingLong(Place::firstBlock));
        long block = 0;
        for (Place place : places) {
            if (place.firstBlock() > block) {
                return block;
            }
            block = place.endBlock();
        }
        return block;
    }
}
