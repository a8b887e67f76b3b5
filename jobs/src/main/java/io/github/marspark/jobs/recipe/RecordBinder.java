package io.github.marspark.jobs.recipe;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Turns a configuration into records: every key must be known, every value of its key's kind. Collects all problems. */
final class RecordBinder {
    private static final ConfigObject EMPTY = ConfigFactory.empty().root();

    private static final Pattern WHOLE = Pattern.compile("-?\\d+");
    private static final Pattern RANGE = Pattern.compile("(\\d{1,9})-(\\d{1,9})");

    private final Places places;
    private final List<String> problems = new ArrayList<>();

    private RecordBinder(Places places) {
        this.places = places;
    }

    /**
     * Binds a whole recipe.
     *
     * @param root the configuration, with defaults filled in and substitutions resolved
     * @param places where its values stand
     * @return the recipe
     * @throws RecipeException if a key is unknown or missing, or a value of the wrong kind or out of range
     */
    static Recipe bind(ConfigObject root, Places places) {
        RecordBinder binder = new RecordBinder(places);
        return binder.section(Recipe.class, root, "").orElseThrow(() -> new RecipeException(binder.problems));
    }

    private <R> Optional<R> section(Class<R> type, ConfigObject object, String path) {
        int before = problems.size();
        List<Key> keys = Key.in(type, path);
        refuseUnknown(keys, object, path);
        @Nullable
        Object[] values =
                keys.stream().map(key -> component(key, object).orElse(null)).toArray();
        return problems.size() == before ? construct(type, values, path) : Optional.empty();
    }

    private void refuseUnknown(List<Key> keys, ConfigObject object, String path) {
        List<String> names = keys.stream().map(Key::name).toList();
        object.entrySet().stream()
                .filter(entry -> !names.contains(entry.getKey()))
                .sorted((a, b) -> Integer.compare(
                        a.getValue().origin().lineNumber(),
                        b.getValue().origin().lineNumber()))
                .forEach(entry -> problems.add(places.of(entry.getValue()) + ": unknown key "
                        + Key.join(path, entry.getKey()) + hint(entry.getKey(), names, path)));
    }

    private static String hint(String name, List<String> names, String path) {
        Optional<String> sibling = Suggestion.nearest(name, names).map(near -> Key.join(path, near));
        return sibling.or(() -> elsewhere(name))
                .map("; did you mean %s?"::formatted)
                .orElseGet(() -> "; known here are " + String.join(", ", names));
    }

    private static Optional<String> elsewhere(String name) {
        return Key.all().stream()
                .filter(key -> key.name().equals(name))
                .map(Key::path)
                .findFirst();
    }

    private Optional<?> component(Key key, ConfigObject object) {
        ConfigValue value = object.get(key.name());
        if (value == null && !key.isSection()) {
            problems.add("%s: key %s is missing: %s (%s)"
                    .formatted(places.file(), key.path(), key.description(), key.kind()));
            return Optional.empty();
        }
        return value == null ? section(key.component().getType(), EMPTY, key.path()) : convert(key, value);
    }

    private Optional<?> convert(Key key, ConfigValue value) {
        if (value instanceof ConfigObject object && key.isSection()) {
            return section(key.component().getType(), object, key.path());
        }
        try {
            return Optional.of(plain(key.component().getGenericType(), value));
        } catch (IllegalArgumentException mismatch) {
            problems.add("%s: %s is %s, must be %s"
                    .formatted(places.of(value), key.path(), shown(value), mismatch.getMessage()));
            return Optional.empty();
        }
    }

    private static String shown(ConfigValue value) {
        return value.valueType() == ConfigValueType.OBJECT ? "a section" : text(value);
    }

    /** A number's text as it was written (the library turns 1e3 into 1000), or anything else's as HOCON. */
    private static String text(ConfigValue value) {
        return value.valueType() == ConfigValueType.NUMBER
                ? value.atKey("value").getString("value")
                : value.render(ConfigRenderOptions.concise());
    }

    private static Object plain(Type type, ConfigValue value) {
        if (type instanceof ParameterizedType list) {
            return list((Class<?>) list.getActualTypeArguments()[0], value, Key.kindOf(type));
        }
        Class<?> plain = (Class<?>) type;
        Object raw = value.unwrapped();
        if (plain == String.class && raw instanceof String) {
            return raw;
        }
        if (plain == String.class && raw instanceof Number) {
            throw new IllegalArgumentException("text: put it in quotes");
        }
        if (plain.isEnum()) {
            return constant(plain, raw);
        }
        if (raw instanceof Number && plain.isPrimitive()) {
            return number(plain, value);
        }
        throw new IllegalArgumentException(Key.kindOf(type));
    }

    /** Numbers; of whole ones, one alone is a list of one, and {@code 3-5} is three of them. */
    private static List<?> list(Class<?> element, ConfigValue value, String kind) {
        Class<?> primitive = element == Integer.class ? int.class : double.class;
        if (!(value instanceof ConfigList) && primitive != int.class) {
            throw new IllegalArgumentException(kind);
        }
        List<ConfigValue> values = value instanceof ConfigList list ? list : List.of(value);
        try {
            return values.stream()
                    .flatMap(item -> numbers(primitive, item, kind))
                    .toList();
        } catch (IllegalArgumentException mismatch) {
            throw new IllegalArgumentException(kind, mismatch);
        }
    }

    private static Stream<Object> numbers(Class<?> primitive, ConfigValue item, String kind) {
        if (item.unwrapped() instanceof Number) {
            return Stream.of(number(primitive, item));
        }
        return range(primitive, String.valueOf(item.unwrapped()), kind);
    }

    private static Stream<Object> range(Class<?> primitive, String text, String kind) {
        Matcher range = RANGE.matcher(text);
        if (primitive != int.class || !range.matches()) {
            throw new IllegalArgumentException(kind);
        }
        int first = Integer.parseInt(range.group(1));
        int last = Integer.parseInt(range.group(2));
        if (last < first) {
            throw new IllegalArgumentException(kind);
        }
        return IntStream.rangeClosed(first, last).boxed().map(number -> number);
    }

    private static Object constant(Class<?> type, Object raw) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> Key.nameOf(constant).equals(raw))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(Key.kindOf(type)));
    }

    private static Object number(Class<?> type, ConfigValue value) {
        Number number = (Number) value.unwrapped();
        if (type == double.class) {
            return number.doubleValue();
        }
        if (!WHOLE.matcher(text(value)).matches()) {
            throw new IllegalArgumentException("a whole number");
        }
        if (type == long.class) {
            return number.longValue();
        }
        if (number.longValue() != number.intValue()) {
            throw new IllegalArgumentException("from %d to %d".formatted(Integer.MIN_VALUE, Integer.MAX_VALUE));
        }
        return number.intValue();
    }

    private <R> Optional<R> construct(Class<R> type, @Nullable Object[] values, String path) {
        try {
            return Optional.of(constructor(type).newInstance(values));
        } catch (InvocationTargetException thrown) {
            if (!(thrown.getCause() instanceof IllegalArgumentException refusal)) {
                throw new IllegalStateException("cannot make a " + type.getSimpleName(), thrown);
            }
            String message = Key.join(path, String.valueOf(refusal.getMessage()));
            problems.add(places.of(message.substring(0, message.indexOf(' '))) + ": " + message);
            return Optional.empty();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make a " + type.getSimpleName(), e);
        }
    }

    private static <R> Constructor<R> constructor(Class<R> type) throws NoSuchMethodException {
        Class<?>[] components = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        return type.getDeclaredConstructor(components);
    }
}
