package io.github.marspark.jobs.mesh;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.training.TinyTraining;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeshWatchTest {
    private static final String FIRST = "aeron:udp?endpoint=127.0.0.2:5000";
    private static final String SECOND = "aeron:udp?endpoint=127.0.0.3:5000";

    private static MeshWatch watch(Path folder) {
        Recipe recipe = TinyTraining.recipe(folder, "train.peer-timeout-seconds=1", "train.dl4j-shared.port=5000");
        MeshWatch watch = new MeshWatch(recipe.train());
        watch.begin(List.of(new MeshMember("0", "a", "127.0.0.2", ""), new MeshMember("1", "b", "127.0.0.3", "")), 0);
        return watch;
    }

    @Test
    void whoHasNotJoinedIsNamedAfterThePatience(@TempDir Path folder) throws InterruptedException {
        MeshWatch watch = watch(folder);
        watch.joined(FIRST);
        assertThatCode(watch::requireAlive).doesNotThrowAnyException();
        TimeUnit.MILLISECONDS.sleep(1100);
        assertThatThrownBy(watch::requireAlive)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(
                        "executor 1 on b (127.0.0.3:5000) has not joined the mesh for 1 seconds; is it alive");
    }

    @Test
    void whoFallsSilentIsNamedWithItsLastStep(@TempDir Path folder) throws InterruptedException {
        MeshWatch watch = watch(folder);
        watch.joined(FIRST);
        watch.joined(SECOND);
        watch.alive("1", 7);
        TimeUnit.MILLISECONDS.sleep(1100);
        watch.alive("0", 9);
        assertThatThrownBy(watch::requireAlive)
                .hasMessageStartingWith(
                        "executor 1 on b (127.0.0.3:5000) has not been heard of since step 7 for 1 seconds");
    }

    @Test
    void whoHasSentNothingIsNamed(@TempDir Path folder) {
        MeshWatch watch = watch(folder);
        watch.joined(FIRST);
        watch.updated(FIRST);
        assertThatThrownBy(watch::requireAllTookPart)
                .hasMessageStartingWith("executor 1 on b has trained without having joined the mesh at 127.0.0.3:5000");
        watch.joined(SECOND);
        assertThatThrownBy(watch::requireAllTookPart)
                .hasMessageStartingWith("executor 1 on b has joined the mesh but sent no change of the parameters");
    }

    @Test
    void theFirstFailureOfAnExecutorIsToldAtOnce(@TempDir Path folder) {
        MeshWatch watch = watch(folder);
        watch.failed("step 3: loss NaN");
        watch.failed("an executor was lost");
        assertThatThrownBy(watch::requireAlive)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("step 3: loss NaN");
    }

    @Test
    void theDriversAddressIsNoExecutors() {
        MeshMember member = new MeshMember("0", "a", "127.0.0.1", "");
        assertThatThrownBy(() -> MeshCheck.requireOwnAddresses("127.0.0.1", List.of(member)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("the driver and executor 0 on a have one address in the mesh, 127.0.0.1");
    }
}
