package io.github.marspark.jobs.exchange;

import java.util.List;

/** The exchange of a single rank: nothing is sent, copied or waited for. */
public final class SoloExchange implements Exchange {
    private final Sharding sharding;

    /**
     * For a vector.
     *
     * @param size P, number of values
     */
    public SoloExchange(long size) {
        this.sharding = new Sharding(size, 1);
    }

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public Sharding sharding() {
        return sharding;
    }

    @Override
    public void broadcast() {
        // there is nobody else
    }

    @Override
    public void reduceScatter(long step, Chunk reduced) {
        each(reduced);
    }

    @Override
    public List<double[]> gather(long step, String phase, double... values) {
        return List.of(values);
    }

    @Override
    public List<String> gatherText(long step, String phase, String text) {
        return List.of(text);
    }

    @Override
    public void allGather(long step, Chunk update) {
        each(update);
    }

    @Override
    public void spread(long step, String phase, Chunk update) {
        each(update);
    }

    private void each(Chunk work) {
        for (int chunk = 0; chunk < sharding.chunks(0); chunk++) {
            work.run(chunk);
        }
    }

    @Override
    public Traffic traffic() {
        return Traffic.NONE;
    }

    @Override
    public void close() {
        // nothing is open
    }
}
