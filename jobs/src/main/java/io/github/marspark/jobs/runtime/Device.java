package io.github.marspark.jobs.runtime;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.environment.Nd4jEnvironment;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a task computes on: the processor, or the GPU that Spark assigned to it; runs on executors.
 *
 * @param description such as {@code the processor} or {@code GPU 1 (NVIDIA A100), the one that Spark assigned}
 */
public record Device(String description) {
    private static final String GPU = "gpu";

    /**
     * Lets ND4J compute on the device of the calling task, on the calling thread.
     *
     * @return what it is
     * @throws IllegalStateException if Spark assigned a GPU that ND4J cannot use
     */
    public static Device useAssigned() {
        Optional<String> assigned = assigned();
        return Nd4j.getEnvironment().isCPU() ? processor(assigned) : gpu(assigned);
    }

    private static Optional<String> assigned() {
        return Optional.ofNullable(TaskContext.get())
                .map(TaskContext::resourcesJMap)
                .map(resources -> resources.get(GPU))
                .map(ResourceInformation::addresses)
                .filter(addresses -> addresses.length > 0)
                .map(addresses -> addresses[0]);
    }

    static Device processor(Optional<String> assigned) {
        return new Device(assigned.map(
                        "the processor, although Spark assigned GPU %s: this program is built without the profile cuda"
                                ::formatted)
                .orElse("the processor"));
    }

    private static Device gpu(Optional<String> assigned) {
        AffinityManager devices = Nd4j.getAffinityManager();
        int wanted = assigned.map(address -> index(address, devices.getNumberOfDevices()))
                .orElseGet(devices::getDeviceForCurrentThread);
        devices.unsafeSetDevice(wanted);
        int used = devices.getDeviceForCurrentThread();
        if (used != wanted) {
            throw new IllegalStateException(
                    "Spark assigned GPU %d and ND4J computes on GPU %d; no other program may choose its device in this executor"
                            .formatted(wanted, used));
        }
        return new Device("GPU %d (%s), %s"
                .formatted(
                        used,
                        nameOf(used),
                        assigned.isPresent() ? "the one that Spark assigned" : "Spark assigned none"));
    }

    /** The device of an address that Spark's discovery script found. */
    static int index(String address, int devices) {
        if (!address.matches("\\d{1,4}") || Integer.parseInt(address) >= devices) {
            throw new IllegalStateException(
                    "Spark assigned GPU %s and ND4J sees %d, numbered from 0; the discovery script must print the indices that nvidia-smi prints, and CUDA_VISIBLE_DEVICES must not hide any"
                            .formatted(address, devices));
        }
        return Integer.parseInt(address);
    }

    private static Object nameOf(int device) {
        Object known =
                Nd4j.getExecutioner().getEnvironmentInformation().get(Nd4jEnvironment.CUDA_DEVICE_INFORMATION_KEY);
        return known instanceof List<?> list && list.size() > device && list.get(device) instanceof Map<?, ?> values
                ? String.valueOf(values.get(Nd4jEnvironment.CUDA_DEVICE_NAME_KEY))
                : "of an unknown name";
    }
}
