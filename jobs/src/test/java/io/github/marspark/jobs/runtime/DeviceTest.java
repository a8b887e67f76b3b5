package io.github.marspark.jobs.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {
    @Test
    void withoutGpuItIsTheProcessor() {
        assertThat(Device.useAssigned().description()).isEqualTo("the processor");
    }

    @Test
    void gpuThatCannotBeUsedIsSpokenOf() {
        assertThat(Device.processor(Optional.of("3")).description())
                .isEqualTo(
                        "the processor, although Spark assigned GPU 3: this program is built without the profile cuda");
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
                .hasMessageStartingWith("Spark assigned GPU " + address + " and ND4J sees 2, numbered from 0; ");
    }
}
