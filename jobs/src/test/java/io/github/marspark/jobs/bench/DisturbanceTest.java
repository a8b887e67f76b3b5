package io.github.marspark.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.marspark.jobs.bench.Disturbance.Ticks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DisturbanceTest {
    @Test
    void whatTheHostAndOthersTookIsAShareOfAllProcessors() {
        Map<String, Object> shares = new Ticks(1000, 20, 900, 860).shares();
        assertThat(shares)
                .containsEntry("steal", 0.02)
                .containsEntry("others", 0.04)
                .containsEntry("disturbed", true);
        assertThat(new Ticks(1000, 20, 900, 880).shares()).containsEntry("disturbed", false);
    }

    @Test
    void nothingIsToldOfNoTime() {
        assertThat(new Ticks(0, 0, 0, 0).shares()).isEmpty();
    }

    @Test
    void whatAChildComputedIsOwn() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/stat")), "Linux tells it");
        Ticks before = Ticks.now();
        Process child = new ProcessBuilder("sh", "-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done").start();
        assertThat(child.waitFor()).isZero();
        long spent = Ticks.now().minus(before).own();
        // some 0.3 s in all; the count is by hundredths, and a tenth of it would already be more than this process
        // idles
        assertThat(spent).isGreaterThanOrEqualTo(3);
        // the kernel counts a process by its clock and all processors by samples, which miss some of so short a time
        assertThat(Ticks.now().minus(before).busy()).isGreaterThanOrEqualTo(spent / 2);
    }
}
