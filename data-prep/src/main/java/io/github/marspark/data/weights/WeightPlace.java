package io.github.marspark.data.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A place in a file where a network lies: what stands before its names, {@code state_dict.first_stage_model} for one.
 *
 * @param prefix without the dot behind it; empty if the names are the network's own
 * @param found how many of the network's tensors lie there
 * @param names of all tensors that lie there, whether the network has them or not: in the file, by their names without the
 *     prefix and without the names of wrappers
 */
public record WeightPlace(String prefix, int found, Map<String, String> names) {

    /** What PyTorch puts into names when it compiles, distributes or checkpoints a module. */
    private static final Set<String> WRAPPERS =
            Set.of("module", "_orig_mod", "_forward_module", "_fsdp_wrapped_module", "_checkpoint_wrapped_module");

    /** A name of more parts is no network's, and keeps its last ones in one. */
    private static final int MOST_PARTS = 32;

    /** Keeps the order of the names. */
    public WeightPlace {
        names = new LinkedHashMap<>(names);
    }

    /** Every place where at least one of a network's tensors lies, those with most of them first. */
    static List<WeightPlace> find(Collection<String> fileNames, Set<String> network) {
        Map<String, Set<String>> foundByPrefix = new TreeMap<>();
        for (String name : fileNames) {
            List<String> parts = parts(name);
            for (int i = 0; i < parts.size(); i++) {
                String rest = unwrapped(parts.subList(i, parts.size()));
                if (network.contains(rest) && !WRAPPERS.contains(parts.get(i))) {
                    foundByPrefix
                            .computeIfAbsent(String.join(".", parts.subList(0, i)), any -> new LinkedHashSet<>())
                            .add(rest);
                }
            }
        }
        return foundByPrefix.entrySet().stream()
                .map(entry ->
                        new WeightPlace(entry.getKey(), entry.getValue().size(), below(entry.getKey(), fileNames)))
                .sorted(Comparator.comparingInt(WeightPlace::found).reversed())
                .toList();
    }

    private static Map<String, String> below(String prefix, Collection<String> fileNames) {
        Map<String, String> names = new LinkedHashMap<>();
        for (String name : fileNames) {
            if (isBelow(prefix, name)) {
                String rest = unwrapped(parts(prefix.isEmpty() ? name : name.substring(prefix.length() + 1)));
                while (names.containsKey(rest)) {
                    rest += " (again)";
                }
                names.put(rest, name);
            }
        }
        return names;
    }

    private static List<String> parts(String name) {
        return Arrays.asList(name.split("\\.", MOST_PARTS));
    }

    private static String unwrapped(List<String> parts) {
        return parts.stream().filter(part -> !WRAPPERS.contains(part)).collect(Collectors.joining("."));
    }

    /** A name without the names of wrappers. */
    static String unwrapped(String name) {
        return unwrapped(parts(name));
    }

    /** Whether a name begins with a prefix and a dot, or any name with an empty prefix. */
    static boolean isBelow(String prefix, String name) {
        return prefix.isEmpty() || (name.startsWith(prefix + ".") && name.length() > prefix.length() + 1);
    }

    /** The prefix and every shorter one, down to the empty. */
    List<String> around() {
        List<String> around = new ArrayList<>();
        for (String here = prefix; !here.isEmpty(); here = here.substring(0, Math.max(0, here.lastIndexOf('.')))) {
            around.add(here);
        }
        around.add("");
        return around;
    }

    /** What a person calls this place. */
    String label() {
        return prefix.isEmpty() ? "." : prefix;
    }

    /** Whether a person means this place: its prefix, or whole parts at the beginning or end of it. */
    boolean isMeantBy(String choice) {
        String meant = choice.replaceAll("\\.+$", "");
        return prefix.equals(meant) || prefix.startsWith(meant + ".") || prefix.endsWith("." + meant);
    }

    /** Names of wrappers inside of the names that were found. */
    Set<String> wrappers() {
        return names.values().stream()
                .flatMap(name -> parts(name.substring(prefix.length())).stream())
                .filter(WRAPPERS::contains)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
