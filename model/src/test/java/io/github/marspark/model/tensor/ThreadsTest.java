package io.github.marspark.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ThreadsTest {
    @ParameterizedTest
    @CsvSource({"1,10,1", "2,1,1", "2,1000,7", "3,1000,400", "5,3,1"})
    void everyIndexIsWorkedOnOnceInWholeGrains(int threads, int length, int grain) {
        AtomicIntegerArray seen = new AtomicIntegerArray(length);
        new Threads(threads).split(length, grain, (from, to) -> {
            assertThat(from % grain).isZero();
            IntStream.range(from, to).forEach(seen::incrementAndGet);
        });
        assertThat(IntStream.range(0, length).map(seen::get)).containsOnly(1);
    }

    @Test
    void failureOfAnotherThreadReachesTheCaller() {
        Threads threads = new Threads(2);
        assertThatThrownBy(() -> threads.split(2, 1, (from, to) -> {
                    if (from == 1) {
                        throw new IllegalStateException("broken part");
                    }
                }))
                .hasMessage("broken part");
        everyIndexIsWorkedOnOnceInWholeGrains(2, 100, 1);
    }

    @Test
    void callersThatMeetDoTheirWorkAllTheSame() {
        Threads threads = new Threads(3);
        AtomicIntegerArray sums = new AtomicIntegerArray(4);
        List<CompletableFuture<Void>> callers = IntStream.range(0, sums.length())
                .mapToObj(caller -> CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 2000; i++) {
                        threads.split(8, 1, (from, to) -> sums.addAndGet(caller, to - from));
                    }
                }))
                .toList();
        callers.forEach(CompletableFuture::join);
        assertThat(IntStream.range(0, sums.length()).map(sums::get)).containsOnly(16000);
    }

    @Test
    void workWithinWorkIsDone() {
        Threads threads = new Threads(2);
        AtomicIntegerArray seen = new AtomicIntegerArray(100);
        threads.split(10, 1, (from, to) -> {
            for (int i = from; i < to; i++) {
                int row = i;
                threads.split(10, 1, (a, b) -> IntStream.range(a, b).forEach(j -> seen.incrementAndGet(row * 10 + j)));
            }
        });
        assertThat(IntStream.range(0, 100).map(seen::get)).containsOnly(1);
    }

    @Test
    void sleepingThreadsWakeUp() throws InterruptedException {
        Threads threads = new Threads(2);
        for (int i = 0; i < 20; i++) {
            Thread.sleep(5);
            AtomicIntegerArray seen = new AtomicIntegerArray(2);
            threads.split(2, 1, (from, to) -> seen.set(from, to));
            assertThat(seen.get(1)).isEqualTo(2);
        }
    }
}
