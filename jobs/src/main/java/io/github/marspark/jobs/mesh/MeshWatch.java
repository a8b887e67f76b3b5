package io.github.marspark.jobs.mesh;

import io.github.marspark.jobs.progress.Attendance;
import io.github.marspark.jobs.recipe.MeshMode;
import io.github.marspark.jobs.recipe.TrainRecipe;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Knows on the driver which executors have joined the mesh and are at work. Thread-safe. */
final class MeshWatch implements Attendance {
    /** What was last heard of an executor. */
    private record Sign(long nanos, long step) {}

    private final TrainRecipe train;
    private final Map<String, MeshMember> members = new LinkedHashMap<>();
    private final Map<String, Sign> signs = new LinkedHashMap<>();
    private final Set<String> joined = new HashSet<>();
    private final Set<String> updated = new HashSet<>();
    private long lastUpdate = System.nanoTime();
    private String failure = "";

    MeshWatch(TrainRecipe train) {
        this.train = train;
    }

    /** Begins to expect signs of life. */
    synchronized void begin(List<MeshMember> expected, long step) {
        for (MeshMember member : expected) {
            members.put(member.executor(), member);
            signs.put(member.executor(), new Sign(System.nanoTime(), step));
        }
    }

    @Override
    public synchronized void alive(String executor, long step) {
        signs.put(executor, new Sign(System.nanoTime(), step));
    }

    @Override
    public synchronized void failed(String sentence) {
        failure = failure.isEmpty() ? sentence : failure;
    }

    /** The first failure that an executor has told of, or empty. */
    synchronized String failure() {
        return failure;
    }

    synchronized void joined(String endpoint) {
        joined.add(endpoint);
    }

    synchronized void updated(String endpoint) {
        updated.add(endpoint);
        lastUpdate = System.nanoTime();
    }

    synchronized long millisSinceUpdate() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastUpdate);
    }

    /**
     * Ends a wait that leads nowhere.
     *
     * @throws IllegalStateException if an executor has failed, or has not been heard of for the recipe's time
     */
    synchronized void requireAlive() {
        if (!failure.isEmpty()) {
            throw new IllegalStateException(failure);
        }
        List<MeshMember> silent =
                members.values().stream().filter(this::isSilent).toList();
        if (silent.isEmpty()) {
            return;
        }
        MeshMember missing = silent.stream()
                .filter(member -> !joined.contains(endpoint(member)))
                .findFirst()
                .orElse(silent.get(0));
        throw new IllegalStateException(
                "%s (%s:%d) has %s for %d seconds; is it alive, and is UDP let through between it and the driver? The recipe's key train.peer-timeout-seconds sets the time"
                        .formatted(
                                missing,
                                missing.address(),
                                train.dl4jShared().port(),
                                joined.contains(endpoint(missing))
                                        ? "not been heard of since step " + step(missing)
                                        : "not joined the mesh",
                                train.peerTimeoutSeconds()));
    }

    private long step(MeshMember member) {
        Sign sign = signs.get(member.executor());
        return sign == null ? 0 : sign.step();
    }

    private boolean isSilent(MeshMember member) {
        Sign sign = signs.get(member.executor());
        return sign != null
                && System.nanoTime() - sign.nanos() > TimeUnit.SECONDS.toNanos(train.peerTimeoutSeconds())
                && sign.step() < train.steps();
    }

    private String endpoint(MeshMember member) {
        return MeshAddress.endpoint(member.address(), train.dl4jShared().port());
    }

    /**
     * Makes sure that every executor took part.
     *
     * @throws IllegalStateException if one did not join, or sent nothing
     */
    synchronized void requireAllTookPart() {
        for (MeshMember member : members.values()) {
            boolean direct = train.dl4jShared().mesh() == MeshMode.PLAIN;
            if (!joined.contains(endpoint(member))) {
                throw new IllegalStateException(
                        "%s has trained without having joined the mesh at %s:%d, so that its part is lost; the last checkpoint is as it was"
                                .formatted(
                                        member,
                                        member.address(),
                                        train.dl4jShared().port()));
            }
            if (direct && !updated.contains(endpoint(member))) {
                throw new IllegalStateException(
                        "%s has joined the mesh but sent no change of the parameters; a smaller train.dl4j-shared.first-threshold may help; the last checkpoint is as it was"
                                .formatted(member));
            }
        }
    }
}
