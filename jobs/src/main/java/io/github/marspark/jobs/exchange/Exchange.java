package io.github.marspark.jobs.exchange;

import java.util.List;

/**
 * How N ranks share one flat vector of parameters, of which each owns a shard. A step is {@link #reduceScatter}, any number
 * of {@link #gather}, then {@link #allGather}, called by all ranks in the same order; runs on executors, one thread a rank.
 */
public interface Exchange extends AutoCloseable {
    /** What is done with a chunk of the rank's own shard. */
    @FunctionalInterface
    interface Chunk {
        /**
         * Works on the chunk.
         *
         * @param chunk its number within the shard
         */
        void run(int chunk);
    }

    /**
     * This rank.
     *
     * @return 0 to N - 1
     */
    int rank();

    /**
     * Who owns what.
     *
     * @return the same on all ranks
     */
    Sharding sharding();

    /**
     * Gives all ranks the parameters of rank 0, whatever they had: starting values that were computed on processors of
     * different makers may differ in their last bits. Called by all ranks, before the first step.
     *
     * @throws PeerException if a peer is late or gone
     */
    void broadcast();

    /**
     * Adds up the gradients of all ranks, in rank order, so that equal gradients give equal bits. Afterwards the rank's own
     * shard of its gradient holds the sum; the rest is as it was.
     *
     * @param step training step
     * @param reduced called for each chunk of the own shard when it holds the sum
     * @throws PeerException if a peer is late or gone
     */
    void reduceScatter(long step, Chunk reduced);

    /**
     * Tells all ranks some numbers.
     *
     * @param step training step
     * @param phase what they are, for messages
     * @param values as many on every rank
     * @return the values of all ranks, in rank order
     * @throws PeerException if a peer is late or gone
     */
    List<double[]> gather(long step, String phase, double... values);

    /**
     * Tells all ranks a sentence or something like it, of which long ones are cut off.
     *
     * @param step training step
     * @param phase what it is, for messages
     * @param text up to some thousand letters
     * @return the texts of all ranks, in rank order
     * @throws PeerException if a peer is late or gone
     */
    List<String> gatherText(long step, String phase, String text);

    /**
     * Gives the own shard of the parameters to all ranks and waits for theirs.
     *
     * @param step training step
     * @param update called for each chunk of the own shard before it is sent
     * @throws PeerException if a peer is late or gone
     */
    void allGather(long step, Chunk update);

    /**
     * Gives the own shard of the parameters to all ranks and waits for theirs, between two steps. Called by all ranks, it
     * begins when none of them reads the parameters any more.
     *
     * @param step training steps done
     * @param phase what is done, for messages
     * @param update called for each chunk of the own shard before it is sent
     * @throws PeerException if a peer is late or gone
     */
    void spread(long step, String phase, Chunk update);

    /**
     * What the exchange has cost so far.
     *
     * @return sums since the beginning
     */
    Traffic traffic();

    @Override
    void close();
}
