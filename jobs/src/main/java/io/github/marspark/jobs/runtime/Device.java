package io.github.marspark.jobs.runtime;

import io.github.marspark.model.cuda.CudaLibraries;
import io.github.marspark.model.cuda.Gpu;
import io.github.marspark.model.cuda.Precision;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.CudaKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.util.TaskCompletionListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What computes: the processor, or the GPU that Spark assigned to the calling task. Once begun on a GPU, whatever fails
 * there fails the task.
 *
 * @param description such as {@code the processor} or {@code GPU 1 (NVIDIA A100), the one that Spark assigned}
 * @param kernels belong to the calling thread; those of a task's GPU are closed when the task ends
 */
public record Device(String description, Kernels kernels) {
    /** The property of Spark that chooses: {@code auto}, {@code cpu} or {@code gpu}. */
    public static final String CHOICE = "spark.mar.device";

    /** The property of Spark that names the folder of CUDA's libraries on the executors. */
    public static final String LIBRARIES = "spark.mar.cuda.libraries";

    private static final Logger LOG = LoggerFactory.getLogger(Device.class);
    /** What this process said last, so that it says it once and not for each task. */
    private static final AtomicReference<String> TOLD = new AtomicReference<>("");

    private static final String GPU = "gpu";

    /** Who may compute. */
    enum Choice {
        /** The GPU that Spark assigned, else the processor. */
        AUTO,
        /** The processor. */
        CPU,
        /** The GPU that Spark assigned, or the first one where Spark assigns none. */
        GPU;

        static Choice of(String word) {
            for (Choice choice : values()) {
                if (choice.name().toLowerCase(Locale.ROOT).equals(word)) {
                    return choice;
                }
            }
            throw new IllegalStateException("%s is %s, must be auto, cpu or gpu".formatted(CHOICE, word));
        }
    }

    /**
     * The device of the calling task, or of the driver outside of one, with products of float32.
     *
     * @param threads of the processor
     */
    public static Device choose(Threads threads) {
        return choose(threads, Precision.FLOAT32);
    }

    /**
     * The device of the calling task, or of the driver outside of one.
     *
     * @param threads of the processor
     * @param precision of the products
     * @throws IllegalStateException if the device cannot be used, or cannot multiply like that
     */
    public static Device choose(Threads threads, Precision precision) {
        SparkConf conf =
                SparkEnv.get() == null ? new SparkConf() : SparkEnv.get().conf();
        Choice choice = Choice.of(conf.get(CHOICE, "auto"));
        Optional<String> assigned = assigned();
        boolean onGpu = choice == Choice.GPU || (choice == Choice.AUTO && assigned.isPresent());
        Device device = onGpu ? gpu(conf, assigned, threads, precision) : processor(assigned, threads, precision);
        if (!device.description.equals(TOLD.getAndSet(device.description))) {
            LOG.info("computes on {}", device.description);
        }
        return device;
    }

    private static Optional<String> assigned() {
        return Optional.ofNullable(TaskContext.get())
                .map(TaskContext::resourcesJMap)
                .map(resources -> resources.get(GPU))
                .map(ResourceInformation::addresses)
                .filter(addresses -> addresses.length > 0)
                .map(addresses -> addresses[0]);
    }

    static Device processor(Optional<String> assigned, Threads threads, Precision precision) {
        if (precision != Precision.FLOAT32) {
            throw new IllegalStateException(
                    "train.precision is %s, which a GPU's products have; this task computes on the processor: choose float32, or give it a GPU"
                            .formatted(precision.name().toLowerCase(Locale.ROOT)));
        }
        return new Device(
                assigned.map(address ->
                                "the processor, although Spark assigned GPU %s: %s is cpu".formatted(address, CHOICE))
                        .orElse("the processor"),
                new CpuKernels(threads));
    }

    private static Device gpu(SparkConf conf, Optional<String> assigned, Threads threads, Precision precision) {
        CudaLibraries libraries =
                new CudaLibraries(conf.get(LIBRARIES, CudaLibraries.ofProperty().folder()));
        int ordinal = index(assigned.orElse("0"), Gpu.count(libraries));
        CudaKernels kernels = new CudaKernels(Gpu.open(libraries, ordinal, precision), threads);
        TaskContext task = TaskContext.get();
        if (task != null) {
            task.addTaskCompletionListener((TaskCompletionListener) ended -> kernels.close());
        }
        return new Device(
                "%s, %s"
                        .formatted(
                                kernels.gpu(),
                                assigned.isPresent() ? "the one that Spark assigned" : "Spark assigned none"),
                kernels);
    }

    /** The device of an address that Spark's discovery script found. */
    static int index(String address, int devices) {
        if (!address.matches("\\d{1,4}") || Integer.parseInt(address) >= devices) {
            throw new IllegalStateException(
                    "Spark assigned GPU %s and the driver shows %d, numbered from 0; the discovery script must print the indices that nvidia-smi prints, and CUDA_VISIBLE_DEVICES must not hide any"
                            .formatted(address, devices));
        }
        return Integer.parseInt(address);
    }
}
