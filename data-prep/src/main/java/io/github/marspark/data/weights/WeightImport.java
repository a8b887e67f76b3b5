package io.github.marspark.data.weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A file of weights from elsewhere, out of which networks are taken, and an account of what else is in it: nothing is left
 * out in silence.
 *
 * <p>A network is found by the names of its tensors, whatever stands before them: the key of a state dict, the name of the
 * network in a larger one, and what compiling or distributing it adds. After the last {@link #take}, {@link #finish} refuses
 * what is missing, has another shape or is not used. What is known to be no part of a network, such as an optimiser's state,
 * and what the person said to leave out is only told.
 */
public final class WeightImport implements AutoCloseable {

    private final Path file;
    private final NamedTensors tensors;
    private final LeaveOut leaveOut;
    private final List<String> names;
    private final Set<String> used = new LinkedHashSet<>();
    private final List<WeightAccount.Taken> taken = new ArrayList<>();
    private final List<WeightPlace> rivals = new ArrayList<>();
    private WeightDifferences differences = new WeightDifferences(List.of(), List.of(), List.of());

    private WeightImport(Path file, NamedTensors tensors, LeaveOut leaveOut) {
        this.file = file;
        this.tensors = tensors;
        this.leaveOut = leaveOut;
        this.names =
                tensors.names().stream().filter(name -> !leaveOut.matches(name)).toList();
    }

    /**
     * Opens a file.
     *
     * @param file of a kind that {@link WeightFile} opens
     * @param leaveOut names of tensors to leave out, in which {@code *} stands for anything; each matches a whole name or
     *     what follows a dot in it
     * @return the open file
     * @throws WeightFileException if it cannot be read, or a name to leave out matches nothing in it
     */
    public static WeightImport open(Path file, List<String> leaveOut) {
        NamedTensors tensors = WeightFile.open(file);
        try {
            requireMatches(file, tensors, leaveOut);
            return new WeightImport(file, tensors, new LeaveOut(leaveOut));
        } catch (RuntimeException e) {
            tensors.close();
            throw e;
        }
    }

    private static void requireMatches(Path file, NamedTensors tensors, List<String> leaveOut) {
        for (String pattern : leaveOut) {
            LeaveOut one = new LeaveOut(List.of(pattern));
            if (tensors.names().stream().noneMatch(one::matches)) {
                throw new WeightFileException(
                        file,
                        "has no tensor that leave-out=" + pattern + " matches; it holds "
                                + NameTree.compact(tensors.names()));
            }
        }
    }

    /**
     * The places that hold the network, wholly or at least half as much of it as the best one.
     *
     * @param network names of its tensors
     * @return the places, the best first
     * @throws WeightFileException if not one of the names is in the file
     */
    public List<WeightPlace> places(Set<String> network) {
        List<WeightPlace> places = WeightPlace.find(names, network);
        if (places.isEmpty()) {
            throw new WeightFileException(
                    file,
                    "holds not one of the network's " + network.size() + " tensors (" + NameTree.compact(network)
                            + "), but " + NameTree.compact(names) + "; give a file of this network's weights");
        }
        return places.stream()
                .filter(place -> 2 * place.found() >= places.get(0).found())
                .toList();
    }

    /**
     * The one place that holds the network, or the one that is chosen.
     *
     * @param network names of its tensors
     * @param choice prefix of a place, or whole parts at its beginning or end; empty to take the only one
     * @return the place
     * @throws WeightFileException if there are several and none is chosen, or none is as chosen
     */
    public WeightPlace place(Set<String> network, Optional<String> choice) {
        List<WeightPlace> places = places(network);
        List<WeightPlace> meant = places.stream()
                .filter(place -> choice.isEmpty() || place.isMeantBy(choice.get()))
                .toList();
        if (meant.isEmpty()) {
            throw new WeightFileException(
                    file, "has no weights of this network at " + choice.orElse("") + "; " + choices(places, network));
        }
        return meant.size() == 1
                ? meant.get(0)
                : meant.stream()
                        .filter(place -> place.label().equals(choice.orElse("")))
                        .findFirst()
                        .orElseThrow(() -> new WeightFileException(
                                file, "holds this network " + meant.size() + " times; " + choices(meant, network)));
    }

    private static String choices(List<WeightPlace> places, Set<String> network) {
        return places.stream()
                .map(place -> "weights=%s (%d of %d tensors)".formatted(place.label(), place.found(), network.size()))
                .collect(Collectors.joining(" or ", "say ", ""));
    }

    /**
     * Takes a network.
     *
     * @param place where it lies
     * @param expected shapes of all its tensors, by name
     * @return those that are there with the right shape, by the network's names; complete when {@link #finish} does not
     *     refuse. Valid until this file is closed
     */
    public NamedTensors take(WeightPlace place, Map<String, Shape> expected) {
        Map<String, String> selected = new LinkedHashMap<>();
        expected.keySet().stream()
                .filter(place.names()::containsKey)
                .forEach(name ->
                        selected.put(name, Objects.requireNonNull(place.names().get(name))));
        String source = place.prefix().isEmpty() ? file.toString() : file + " (" + place.prefix() + ")";
        NamedTensors network = new RenamedTensors(tensors, source, selected);
        differences = differences.plus(WeightDifferences.between(expected, network.shapes()));
        used.addAll(selected.values());
        taken.add(new WeightAccount.Taken(place, selected.size()));
        rivals.addAll(places(expected.keySet()));
        return network;
    }

    /**
     * Settles the account of the file.
     *
     * @return what a person should know: where the weights lie, and what was left out
     * @throws WeightFileException naming what is missing, has another shape or is not used
     */
    public List<String> finish() {
        WeightAccount account = new WeightAccount(tensors, taken, rivals, used, leaveOut::matches);
        account.require(file, differences);
        return account.notes();
    }

    @Override
    public void close() {
        tensors.close();
    }
}
