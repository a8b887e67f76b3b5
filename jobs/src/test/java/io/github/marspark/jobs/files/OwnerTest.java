package io.github.marspark.jobs.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class OwnerTest {
    @Test
    void thisProcessRuns() {
        assertThat(Owner.self().state()).isEqualTo(Owner.State.RUNS);
        assertThat(Owner.self())
                .hasToString(
                        "%s on %s, process %d",
                        System.getProperty("user.name"),
                        Owner.hostName(),
                        ProcessHandle.current().pid());
    }

    @Test
    void ofAnotherMachineNothingIsKnown() {
        Owner self = Owner.self();
        assertThat(new Owner("a", "b", "another", self.process(), self.start()).state())
                .isEqualTo(Owner.State.UNKNOWN);
        assertThat(new Owner("a", "b", "", self.process(), self.start()).state())
                .isEqualTo(Owner.State.UNKNOWN);
    }

    @Test
    void aKilledProcessIsGone() throws Exception {
        Process process = new ProcessBuilder("sleep", "60").start();
        Owner owner = new Owner("a", "b", Owner.self().machine(), process.pid(), field(process.pid(), 22));
        assertThat(owner.state()).isEqualTo(Owner.State.RUNS);
        process.destroyForcibly().waitFor();
        assertThat(owner.state()).isEqualTo(Owner.State.GONE);
    }

    /** A killed process keeps its number until its parent asks for its end. */
    @Test
    @Timeout(30)
    void aKilledProcessWhoseParentDoesNotCareIsGone() throws Exception {
        Process parent = new ProcessBuilder("sh", "-c", "sleep 60 & echo $!; exec sleep 60").start();
        try (BufferedReader output = parent.inputReader(StandardCharsets.UTF_8)) {
            long child = Long.parseLong(output.readLine());
            Owner owner = new Owner("a", "b", Owner.self().machine(), child, field(child, 22));
            assertThat(owner.state()).isEqualTo(Owner.State.RUNS);
            ProcessHandle.of(child).orElseThrow().destroyForcibly();
            while (owner.state() == Owner.State.RUNS) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            assertThat(owner.state()).isEqualTo(Owner.State.GONE);
        } finally {
            parent.destroyForcibly().waitFor();
        }
    }

    /** A field of the kernel's line about a process, counted from 1; the name before it has no spaces here. */
    private static String field(long process, int number) throws IOException {
        return Files.readString(Path.of("/proc/%d/stat".formatted(process))).split(" ", -1)[number - 1];
    }
}
