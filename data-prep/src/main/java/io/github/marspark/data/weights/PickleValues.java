package io.github.marspark.data.weights;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.razorvine.pickle.PickleException;
import org.jspecify.annotations.Nullable;

/** Values on a pickle's stack, taken as what they have to be. */
final class PickleValues {

    private PickleValues() {}

    static Object[] tuple(@Nullable Object value, int leastLength) {
        if (!(value instanceof Object[] tuple) || tuple.length < leastLength) {
            throw new PickleException("a tuple of at least " + leastLength + " is missing");
        }
        return tuple;
    }

    static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : Arrays.asList(tuple(value, 0));
    }

    static List<Long> integers(@Nullable Object value) {
        return list(value).stream().map(PickleValues::integer).toList();
    }

    static long integer(@Nullable Object value) {
        if (!(value instanceof Integer || value instanceof Long)) {
            throw new PickleException("an integer is missing");
        }
        return ((Number) value).longValue();
    }

    /** A number of a protocol that writes decimal digits, {@code 5L}; those beyond any use are refused. */
    static Number decimal(String digits) {
        if (!digits.matches("-?\\d{1,100}L?")) {
            throw new PickleException("an integer is malformed");
        }
        BigInteger number = new BigInteger(digits.replace("L", ""));
        return number.bitLength() < Integer.SIZE
                ? (Number) number.intValue()
                : number.bitLength() < Long.SIZE ? (Number) number.longValue() : number;
    }

    static String text(@Nullable Object value) {
        if (!(value instanceof String text)) {
            throw new PickleException("text is missing");
        }
        return text;
    }

    /**
     * Puts an item into a dict under any key that Python takes for one. Tuples are keys by identity, which is enough to
     * keep them apart and cannot run in circles.
     */
    static void put(Map<Object, @Nullable Object> dict, @Nullable Object key, @Nullable Object value) {
        if (key instanceof Map || key instanceof List) {
            throw new PickleException("a dict has a key that cannot be one");
        }
        dict.put(key == null ? None.NONE : key, value);
    }

    /** Python's {@code None} as a key. */
    enum None {
        NONE;

        @Override
        public String toString() {
            return "None";
        }
    }
}
