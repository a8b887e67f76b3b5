package io.github.marspark.data.weights;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Names of tensors by the parts between their dots, to say many of them in one line. */
final class NameTree {

    private static final int MOST_CHARACTERS = 600;
    private static final int MOST_PATTERNS = 8;
    private static final int LEAST_RUN = 3;

    /** A name of more parts keeps its last ones in one. */
    private static final int MOST_PARTS = 32;

    private static final Pattern RUN = Pattern.compile("\\d+\\.\\.\\d+");

    private final Map<String, NameTree> children = new LinkedHashMap<>();
    private boolean isName;

    private NameTree() {}

    private static NameTree of(Collection<String> names) {
        NameTree root = new NameTree();
        for (String name : names) {
            NameTree node = root;
            for (String part : name.split("\\.", MOST_PARTS)) {
                node = node.children.computeIfAbsent(part, any -> new NameTree());
            }
            node.isName = true;
        }
        return root;
    }

    /**
     * Names in the shell's short form.
     *
     * @return {@code a.{0..11}.{weight,bias}} for one; cut where it gets too long for a message
     */
    static String compact(Collection<String> names) {
        String text = String.join(", ", of(names).alternatives());
        return text.length() <= MOST_CHARACTERS
                ? text.replaceAll("\\p{Cntrl}", "?")
                : text.substring(0, MOST_CHARACTERS).replaceAll("\\p{Cntrl}", "?") + "...";
    }

    /** Children that look the same below share an alternative. */
    private List<String> alternatives() {
        Map<String, List<String>> keysByRest = new LinkedHashMap<>();
        children.forEach((key, child) -> {
            for (String rest : child.rests()) {
                keysByRest.computeIfAbsent(rest, any -> new ArrayList<>()).add(key);
            }
        });
        return keysByRest.entrySet().stream()
                .map(entry -> braced(runs(entry.getValue())) + entry.getKey())
                .toList();
    }

    private List<String> rests() {
        List<String> rests = new ArrayList<>();
        if (isName) {
            rests.add("");
        }
        if (!children.isEmpty()) {
            rests.add("." + braced(alternatives()));
        }
        return rests;
    }

    private static String braced(List<String> alternatives) {
        return alternatives.size() == 1 && !RUN.matcher(alternatives.get(0)).matches()
                ? alternatives.get(0)
                : "{" + String.join(",", alternatives) + "}";
    }

    /** Numbers that follow one another as {@code first..last}. */
    private static List<String> runs(List<String> keys) {
        List<String> result = new ArrayList<>();
        int from = 0;
        while (from < keys.size()) {
            int to = from + 1;
            while (to < keys.size() && follows(keys.get(to - 1), keys.get(to))) {
                to++;
            }
            if (to - from >= LEAST_RUN) {
                result.add(keys.get(from) + ".." + keys.get(to - 1));
            } else {
                result.addAll(keys.subList(from, to));
            }
            from = to;
        }
        return result;
    }

    private static boolean follows(String before, String key) {
        return isNumber(before) && isNumber(key) && Integer.parseInt(before) + 1 == Integer.parseInt(key);
    }

    private static boolean isNumber(String key) {
        return key.matches("\\d{1,9}");
    }

    /**
     * Patterns that match exactly some of many names.
     *
     * @param chosen the names to match
     * @param all these and those not to match
     * @return patterns such as {@code decoder.up.2.attn.*}, with commas between; cut after some
     */
    static String patterns(Set<String> chosen, Collection<String> all) {
        List<String> patterns = new ArrayList<>();
        of(all).cover("", chosen, patterns);
        String text = patterns.stream().limit(MOST_PATTERNS).collect(Collectors.joining(","));
        return (patterns.size() <= MOST_PATTERNS ? text : text + ",...").replaceAll("\\p{Cntrl}", "?");
    }

    private void cover(String path, Set<String> chosen, List<String> patterns) {
        if (isName && chosen.contains(path)) {
            patterns.add(path);
        }
        children.forEach((key, child) -> {
            String below = path.isEmpty() ? key : path + "." + key;
            if (!child.children.isEmpty() && child.isCovered(below, chosen)) {
                patterns.add(below + ".*");
            } else {
                child.cover(below, chosen, patterns);
            }
        });
    }

    private boolean isCovered(String path, Set<String> chosen) {
        return (!isName || chosen.contains(path))
                && children.entrySet().stream()
                        .allMatch(child -> child.getValue().isCovered(path + "." + child.getKey(), chosen));
    }
}
