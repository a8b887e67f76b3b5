package io.github.marspark.jobs.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.cuda.Precision;
import io.github.marspark.model.tensor.Threads;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {
    @Test
    void withoutGpuItIsTheProcessor() {
        assertThat(Device.choose(new Threads(1)).description()).isEqualTo("the processor");
    }

    @Test
    void gpuThatIsNotUsedIsSpokenOf() {
        assertThat(Device.processor(Optional.of("3"), new Threads(1), Precision.FLOAT32)
                        .description())
                .isEqualTo("the processor, although Spark assigned GPU 3: spark.mar.device is cpu");
    }

    @Test
    void coarseProductsOfAProcessorAreRefused() {
        assertThatThrownBy(() -> Device.choose(new Threads(1), Precision.TF32))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "train.precision is tf32, which a GPU's products have; this task computes on the processor: choose float32, or give it a GPU");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GPU", "tpu", ""})
    void deviceThatThereIsNotIsRefused(String word) {
        assertThatThrownBy(() -> Device.Choice.of(word))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("spark.mar.device is %s, must be auto, cpu or gpu".formatted(word));
    }

    @Test
    void addressIsTheNumberOfTheDevice() {
        assertThat(Device.index("1", 2)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "GPU-8f2a", "-1", ""})
    void addressOfNoDeviceIsRefused(String address) {
        assertThatThrownBy(() -> Device.index(address, 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Spark assigned GPU " + address + " and the driver shows 2, numbered from 0; ");
    }
}
