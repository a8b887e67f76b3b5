package io.github.marspark.jobs.recipe;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A key of a recipe: one component of a recipe's record.
 *
 * @param path full name, such as {@code train.ema.rate}
 * @param component where it is declared
 */
public record Key(String path, RecordComponent component) {
    /**
     * The keys directly in a section.
     *
     * @param section the section's record
     * @param path its full name, empty for the recipe itself
     * @return its keys, in the order of declaration
     */
    static List<Key> in(Class<?> section, String path) {
        return Arrays.stream(section.getRecordComponents())
                .map(component -> new Key(join(path, kebab(component.getName())), component))
                .toList();
    }

    /**
     * Every key of a recipe that holds a value, not a section.
     *
     * @return the keys in the order of declaration
     */
    public static List<Key> all() {
        return in(Recipe.class, "").stream().flatMap(Key::leaves).toList();
    }

    /**
     * The keys that a name stands for.
     *
     * @param name of a key, or of a section
     * @return that key, or those of the section; none if there is neither
     */
    public static List<Key> within(String name) {
        return all().stream()
                .filter(key -> key.path().equals(name) || key.path().startsWith(name + "."))
                .toList();
    }

    private Stream<Key> leaves() {
        return isSection() ? in(component.getType(), path).stream().flatMap(Key::leaves) : Stream.of(this);
    }

    /**
     * Whether this key stands for a section.
     *
     * @return whether its value is a record
     */
    public boolean isSection() {
        return component.getType().isRecord();
    }

    /**
     * The last part of the path.
     *
     * @return the name inside its section
     */
    public String name() {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    /**
     * What the key means.
     *
     * @return a phrase
     */
    public String description() {
        return describe().value();
    }

    /**
     * What the value counts.
     *
     * @return a plural, or nothing
     */
    public String unit() {
        return describe().unit();
    }

    /**
     * The value of a recipe that does not give the key.
     *
     * @return HOCON text, or nothing when every recipe must give it
     */
    public Optional<String> byDefault() {
        return Optional.of(describe().byDefault()).filter(text -> !text.equals(Describe.REQUIRED));
    }

    /**
     * What values the key takes.
     *
     * @return a phrase such as {@code a whole number}
     */
    public String kind() {
        return kindOf(component.getGenericType());
    }

    /**
     * The values of a key that takes one of a few.
     *
     * @return as they are written; none where there are more
     */
    public List<String> choices() {
        return component.getType().isEnum() ? namesOf(component.getType()) : List.of();
    }

    private Describe describe() {
        return component.getAnnotation(Describe.class);
    }

    static String kindOf(Type type) {
        if (type instanceof ParameterizedType list) {
            return "a list of " + (list.getActualTypeArguments()[0] == Integer.class ? "whole numbers" : "numbers");
        }
        Class<?> value = (Class<?>) type;
        if (value.isRecord()) {
            return "a section { … }";
        }
        if (value.isEnum()) {
            return "one of " + String.join(", ", namesOf(value));
        }
        return value == String.class ? "text" : value == double.class ? "a number" : "a whole number";
    }

    static List<String> namesOf(Class<?> enumeration) {
        return Arrays.stream(enumeration.getEnumConstants()).map(Key::nameOf).toList();
    }

    static String nameOf(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static String join(String path, String name) {
        return Stream.of(path, name).filter(part -> !part.isEmpty()).collect(Collectors.joining("."));
    }

    private static String kebab(String camelCase) {
        return camelCase.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
