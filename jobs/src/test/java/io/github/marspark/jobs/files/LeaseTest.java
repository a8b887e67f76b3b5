package io.github.marspark.jobs.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.ViewedFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class LeaseTest {
    private static final LeasePace QUICK =
            new LeasePace(Duration.ofMillis(50), Duration.ofMillis(1500), Duration.ofMillis(20));

    @TempDir
    Path root;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);

    private Path folder() {
        return root.resolve("latents");
    }

    private FileStore store() {
        return FileStore.at(folder().toString());
    }

    private LeaseFiles files() {
        return LeaseFiles.in(store());
    }

    private Lease take(String job) {
        return Lease.take(files(), Product.LATENTS, job, QUICK, out);
    }

    private Path written(LeaseNote note) throws IOException {
        Files.createDirectories(folder());
        return Files.write(folder().resolve(".lease-1"), note.toJson());
    }

    private static LeaseNote noteOf(Owner owner) {
        return new LeaseNote("encode", owner, "2026-11-26T01:02:03Z", "a nonce", 5);
    }

    private static Owner elsewhere() {
        return new Owner("anna", "node7", "another machine", 4711, "1");
    }

    @Test
    void theLeaseLiesInTheFolderAndIsGoneWhenTheWorkIsDone() {
        int result = Lease.during(store(), Product.LATENTS, "encode", out, lease -> {
            assertThat(folder()).isDirectoryContaining("glob:**/.lease-1");
            assertThat(store().names()).isEmpty();
            return 7;
        });
        assertThat(result).isEqualTo(7);
        assertThat(folder()).doesNotExist();
        assertThat(said.size()).isZero();
    }

    @Test
    void theLeaseIsGoneWhenTheWorkFails() throws IOException {
        Path other = Files.writeString(Files.createDirectories(folder()).resolve("part.avro"), "x");
        assertThatThrownBy(() -> Lease.during(store(), Product.LATENTS, "encode", out, lease -> {
                    throw new IllegalArgumentException("no images");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no images");
        assertThat(folder().toFile().list()).containsExactly(other.getFileName().toString());
    }

    @Test
    void aSecondJobIsToldWhoWritesAndChangesNothing() {
        try (Lease first = take("train")) {
            first.requireHeld();
            String[] before = folder().toFile().list();
            assertThatThrownBy(() -> take("encode"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageMatching(
                            "file:%s is being written by train \\(%s on .+, process %d\\) since 20\\d\\d-.*Z; wait for it, end it, or choose another folder by latents="
                                    .formatted(
                                            folder(),
                                            System.getProperty("user.name"),
                                            ProcessHandle.current().pid()));
            assertThat(folder().toFile().list()).isEqualTo(before);
            assertThat(Lease.writer(store()))
                    .hasValueSatisfying(writer -> assertThat(writer).startsWith("train ("));
        }
        assertThat(Lease.writer(store())).isEmpty();
        take("encode").close();
    }

    @Test
    void whoeverComesAfterAProcessThatIsGoneTakesItsPlace() throws Exception {
        Process ended = new ProcessBuilder("sleep", "0").start();
        Owner self = Owner.self();
        Owner owner = new Owner("anna", "node7", self.machine(), ended.pid(), self.start());
        ended.waitFor();
        written(noteOf(owner));
        Files.writeString(folder().resolve("..lease-1.tmp"), "half a renewal");
        try (Lease lease = take("encode")) {
            lease.requireHeld();
            assertThat(folder().toFile().list()).containsExactly(".lease-2");
            assertThat(said.toString(StandardCharsets.UTF_8))
                    .isEqualTo(
                            "%s was left behind by encode (anna on node7, process %d) since 2026-11-26T01:02:03Z, which is gone; goes on in its place%n"
                                    .formatted(folder(), ended.pid()));
        }
        assertThat(folder()).isEmptyDirectory();
    }

    @Test
    void aLaterProcessOfTheSameNumberIsNotTheOwner() throws IOException {
        Owner self = Owner.self();
        written(noteOf(new Owner(self.user(), self.host(), self.machine(), self.process(), "1")));
        take("encode").close();
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("which is gone");
    }

    @Test
    void anOwnerOnAnotherMachineThatRenewsIsAlive() throws Exception {
        LeaseNote[] note = {noteOf(elsewhere())};
        written(note[0]);
        CountDownLatch end = new CountDownLatch(1);
        ExecutorService owner = Executors.newSingleThreadExecutor();
        Future<?> renewals = owner.submit(() -> {
            while (!end.await(300, TimeUnit.MILLISECONDS)) {
                note[0] = note[0].renewed();
                files().rewrite(1, note[0]);
            }
            return end;
        });
        try {
            assertThatThrownBy(() -> take("encode"))
                    .hasMessageContaining("is being written by encode (anna on node7, process 4711) since");
        } finally {
            end.countDown();
            renewals.get();
            owner.shutdown();
        }
        assertThat(folder().toFile().list()).containsExactly(".lease-1");
    }

    @Test
    void anOwnerOnAnotherMachineThatGivesNoSignOfLifeIsGone() throws IOException {
        written(noteOf(elsewhere()));
        try (Lease lease = take("encode")) {
            lease.requireHeld();
            assertThat(said.toString(StandardCharsets.UTF_8))
                    .contains("may be written by encode (anna on node7, process 4711)")
                    .contains("waits up to 1 s for a sign of life")
                    .contains("was left behind by encode (anna on node7, process 4711)");
            assertThat(folder().toFile().list()).containsExactly(".lease-2");
        }
    }

    /** As of a process that was killed between making the file and writing it. */
    @Test
    void aLeaseThatSaysNothingIsTakenOverInTheEnd() throws IOException {
        Files.createDirectories(folder());
        Files.createFile(folder().resolve(".lease-1"));
        take("encode").close();
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("may be written by another job; waits");
        assertThat(folder()).isEmptyDirectory();
    }

    @Test
    void renewalsAreSeenByOthers() throws Exception {
        try (Lease lease = take("train")) {
            lease.requireHeld();
            long before = files().read(1).orElseThrow().renewals();
            while (files().read(1).orElseThrow().renewals() == before) {
                TimeUnit.MILLISECONDS.sleep(QUICK.glance().toMillis());
            }
        }
    }

    @Test
    void whoHasLostItsLeaseShowsNothingMore() {
        assertThatThrownBy(() -> Lease.during(store(), Product.LATENTS, "encode", out, lease -> {
                    assertThat(files().take(2, noteOf(elsewhere()))).isTrue();
                    Lease.requireHeldByJob();
                    return lease;
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "file:%s is no longer this job's: encode (anna on node7, process 4711) since 2026-11-26T01:02:03Z writes there, because this one gave no sign of life; it stops and writes nothing more; start it again when nobody else writes there",
                        folder());
    }

    @Test
    void aLeaseThatSomebodyDeletedIsLost() {
        assertThatThrownBy(() -> Lease.during(store(), Product.LATENTS, "encode", out, lease -> {
                    files().delete(1);
                    Lease.requireHeldByJob();
                    return lease;
                }))
                .hasMessageStartingWith("file:%s is no longer this job's: its lease is gone; it stops", folder());
    }

    /** As where two processes may create one file at once, and the last one's content stays. */
    @Test
    void aLeaseThatAnotherHasWrittenOverIsTheOthers() throws Exception {
        LeaseNote other = noteOf(elsewhere());
        try (Lease lease = take("train")) {
            files().rewrite(1, other);
            TimeUnit.MILLISECONDS.sleep(10 * QUICK.renewal().toMillis());
            assertThatThrownBy(lease::requireHeld).hasMessageContaining("is no longer this job's: encode (anna");
        }
        assertThat(files().read(1)).contains(other);
    }

    @Test
    void theLossTellsMoreThanWhatBrokeBecauseOfIt() throws Exception {
        try (Lease lease = take("train")) {
            assertThat(files().take(2, noteOf(elsewhere()))).isTrue();
            TimeUnit.MILLISECONDS.sleep(10 * QUICK.renewal().toMillis());
            assertThatThrownBy(lease::requireHeld).hasMessageContaining("is no longer this job's: encode (anna");
        }
        assertThat(folder().toFile().list()).contains(".lease-2");
    }

    @Test
    void aTicketFollowsALeaseThatBeganAgain() {
        LeaseNote note = noteOf(elsewhere());
        LeaseTicket ticket = LeaseTicket.parse(new LeaseTicket(store().path().toString(), "", 1, "a nonce").toText());
        assertThatThrownBy(ticket::requireHeld).hasMessageContaining("its lease is gone");
        files().take(1, note);
        ticket.requireHeld();
        files().take(2, note);
        ticket.requireHeld();
        files().delete(1);
        ticket.requireHeld();
        files().take(3, LeaseNote.of("train"));
        assertThatThrownBy(ticket::requireHeld).hasMessageContaining("no longer this job's: train (");
    }

    @Test
    void aFolderThatAppearsByARenameHasItsLeaseBesideIt() {
        FileStore around = FileStore.at(root.toString());
        Lease.duringBeside(around, "samples", Product.SAMPLES, "sample", out, lease -> {
            assertThat(root.toFile().list()).containsExactly(".samples.lease-1");
            assertThatThrownBy(() ->
                            Lease.duringBeside(around, "samples", Product.SAMPLES, "sample", out, second -> second))
                    .hasMessageStartingWith("file:%s/samples is being written by sample (", root);
            return lease;
        });
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void otherFileSystemsThanTheLocalOneHaveLeasesToo() throws IOException {
        Files.createDirectories(folder());
        try (ViewedFolder viewed = new ViewedFolder(root)) {
            LeaseFiles files = LeaseFiles.in(FileStore.at(viewed.address() + "/latents"));
            try (Lease lease = Lease.take(files, Product.LATENTS, "encode", QUICK, out)) {
                TimeUnit.MILLISECONDS.sleep(4 * QUICK.renewal().toMillis());
                lease.requireHeld();
                assertThatThrownBy(() -> Lease.take(files, Product.LATENTS, "encode", QUICK, out))
                        .hasMessageContaining("/latents is being written by encode (");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        assertThat(folder()).isEmptyDirectory();
    }

    /** Beginning with the lease of a dead process, which all want to succeed. */
    @Test
    void ofManyThatComeAtOnceNoTwoWriteAtATime() throws Exception {
        Owner self = Owner.self();
        written(noteOf(new Owner("anna", "node7", self.machine(), self.process(), "1")));
        AtomicInteger writing = new AtomicInteger();
        AtomicInteger written = new AtomicInteger();
        Callable<Integer> job = () -> {
            int most = 0;
            for (int round = 0; round < 25; round++) {
                try (Lease lease = take("job")) {
                    lease.requireHeld();
                    most = Math.max(most, writing.incrementAndGet());
                    written.incrementAndGet();
                    TimeUnit.MILLISECONDS.sleep(1);
                    writing.decrementAndGet();
                } catch (IllegalStateException refused) {
                    assertThat(refused).hasMessageContaining("is being written by job (");
                }
            }
            return most;
        };
        ExecutorService jobs = Executors.newFixedThreadPool(8);
        List<Future<Integer>> most = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            most.add(jobs.submit(job));
        }
        for (Future<Integer> each : most) {
            assertThat(each.get()).isLessThanOrEqualTo(1);
        }
        jobs.shutdown();
        assertThat(written).hasPositiveValue();
        assertThat(folder()).isEmptyDirectory();
    }
}
