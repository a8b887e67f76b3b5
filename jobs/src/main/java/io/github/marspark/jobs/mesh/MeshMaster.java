package io.github.marspark.jobs.mesh;

import io.github.marspark.jobs.recipe.MeshMode;
import io.github.marspark.jobs.recipe.MeshRecipe;
import org.apache.spark.api.java.JavaRDD;
import org.deeplearning4j.optimize.solvers.accumulation.encoding.ResidualPostProcessor;
import org.deeplearning4j.optimize.solvers.accumulation.encoding.ThresholdAlgorithm;
import org.deeplearning4j.optimize.solvers.accumulation.encoding.residual.NoOpResidualPostProcessor;
import org.deeplearning4j.optimize.solvers.accumulation.encoding.residual.ResidualClippingPostProcessor;
import org.deeplearning4j.optimize.solvers.accumulation.encoding.threshold.AdaptiveThresholdAlgorithm;
import org.deeplearning4j.optimize.solvers.accumulation.encoding.threshold.FixedThresholdAlgorithm;
import org.deeplearning4j.optimize.solvers.accumulation.encoding.threshold.TargetSparsityThresholdAlgorithm;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.api.Repartition;
import org.deeplearning4j.spark.api.RepartitionStrategy;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.spark.parameterserver.training.SharedTrainingMaster;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.parameterserver.distributed.conf.VoidConfiguration;
import org.nd4j.parameterserver.distributed.enums.ExecutionMode;
import org.nd4j.parameterserver.distributed.v2.ModelParameterServer;
import org.nd4j.parameterserver.distributed.v2.chunks.VoidChunk;
import org.nd4j.parameterserver.distributed.v2.enums.MeshBuildMode;
import org.nd4j.parameterserver.distributed.v2.messages.pairs.handshake.HandshakeRequest;
import org.nd4j.parameterserver.distributed.v2.transport.impl.AeronUdpTransport;

/**
 * DL4J's master of gradient sharing for data that is in its place already: it neither counts, stores nor moves them. Driver
 * only.
 */
final class MeshMaster extends SharedTrainingMaster {
    private static final int PERIODIC_GC_MILLIS = 5000;
    private static final int PREFETCHED_BATCHES = 2;

    private final transient MeshWatch watch;

    /**
     * A master.
     *
     * @param batch images a step of an executor
     * @param address the driver's in the mesh
     */
    MeshMaster(MeshRecipe settings, int batch, String address, MeshWatch watch) {
        super(
                configuration(settings, address),
                1,
                RDDTrainingApproach.Direct,
                null,
                false,
                RepartitionStrategy.Balanced,
                Repartition.Never,
                threshold(settings),
                residual(settings),
                batch,
                batch,
                0,
                1,
                PREFETCHED_BATCHES,
                null,
                true,
                PERIODIC_GC_MILLIS,
                false);
        this.watch = watch;
    }

    private static VoidConfiguration configuration(MeshRecipe settings, String address) {
        VoidConfiguration configuration = VoidConfiguration.builder()
                .portSupplier(new MeshPort(settings.port()))
                .controllerAddress(address)
                .executionMode(ExecutionMode.MANAGED)
                .meshBuildMode(settings.mesh() == MeshMode.PLAIN ? MeshBuildMode.PLAIN : MeshBuildMode.MESH)
                .maxChunkSize(settings.chunkBytes())
                .chunksBufferSize(settings.bufferBytes())
                .retransmitTimeout(settings.retransmitMillis())
                .build();
        if (!settings.networkMask().isEmpty()) {
            configuration.setNetworkMask(settings.networkMask());
        }
        return configuration;
    }

    private static ThresholdAlgorithm threshold(MeshRecipe settings) {
        return switch (settings.threshold()) {
            case FIXED -> new FixedThresholdAlgorithm(settings.firstThreshold());
            case TARGET ->
                new TargetSparsityThresholdAlgorithm(
                        settings.firstThreshold(), settings.leastShare(), settings.thresholdDecay());
            case ADAPTIVE ->
                new AdaptiveThresholdAlgorithm(
                        settings.firstThreshold(),
                        settings.leastShare(),
                        settings.mostShare(),
                        settings.thresholdDecay());
        };
    }

    private static ResidualPostProcessor residual(MeshRecipe settings) {
        return settings.residualClip() == 0
                ? new NoOpResidualPostProcessor()
                : new ResidualClippingPostProcessor(settings.residualClip(), settings.residualClipSteps());
    }

    @Override
    protected void prepareNetworkAndStuff(@Nullable SparkDl4jMultiLayer network, SparkComputationGraph graph) {
        super.prepareNetworkAndStuff(network, graph);
        AeronUdpTransport transport =
                (AeronUdpTransport) ModelParameterServer.getInstance().getTransport();
        transport.addPrecursor(HandshakeRequest.class, message -> watch.joined(message.getOriginatorId()));
        transport.addPrecursor(VoidChunk.class, message -> watch.updated(message.getOriginatorId()));
    }

    @Override
    public void executeTrainingMDS(SparkComputationGraph graph, JavaRDD<MultiDataSet> batches) {
        prepareNetworkAndStuff(null, graph);
        processResults(null, graph, batches.mapPartitions(new MeshTask(getWorkerInstance(graph))));
    }

    /** The driver's parameters, with all changes that have arrived; a copy. */
    INDArray parameters() {
        updatesConsumer.flush();
        return updatesConsumer.getParametersArray();
    }
}
