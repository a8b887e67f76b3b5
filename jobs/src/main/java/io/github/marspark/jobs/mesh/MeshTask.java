package io.github.marspark.jobs.mesh;

import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.deeplearning4j.spark.parameterserver.functions.SharedFlatMapMultiDataSet;
import org.deeplearning4j.spark.parameterserver.training.SharedTrainingResult;
import org.deeplearning4j.spark.parameterserver.training.SharedTrainingWorker;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** DL4J's task on an executor, with the failures that it keeps to itself. */
final class MeshTask implements FlatMapFunction<Iterator<MultiDataSet>, SharedTrainingResult> {
    private static final long serialVersionUID = 1;

    private final SharedTrainingWorker worker;

    MeshTask(SharedTrainingWorker worker) {
        this.worker = worker;
    }

    @Override
    public Iterator<SharedTrainingResult> call(Iterator<MultiDataSet> batches) throws Exception {
        MeshListener listener = (MeshListener) worker.getListeners().get(0);
        Remembering data = new Remembering(batches);
        try {
            Iterator<SharedTrainingResult> results =
                    new SharedFlatMapMultiDataSet<SharedTrainingResult>(worker).call(data);
            data.requireNoFailure();
            listener.requireDone();
            SharedTrainingResult result = results.next();
            result.setUpdaterStateArray(null); // as long as two networks, and of this executor alone
            return List.of(result).iterator();
        } catch (RuntimeException failure) {
            listener.tell(failure);
            throw failure;
        } finally {
            listener.close();
        }
    }

    /** Batches whose failure is not forgotten when DL4J has caught it. */
    private static final class Remembering implements Iterator<MultiDataSet> {
        private final Iterator<MultiDataSet> batches;
        private volatile @Nullable RuntimeException failure;

        Remembering(Iterator<MultiDataSet> batches) {
            this.batches = batches;
        }

        @Override
        public boolean hasNext() {
            return batches.hasNext();
        }

        @Override
        public MultiDataSet next() {
            try {
                return batches.next();
            } catch (RuntimeException e) {
                failure = e;
                throw e;
            }
        }

        void requireNoFailure() {
            RuntimeException known = failure;
            if (known != null) {
                throw known;
            }
        }
    }
}
