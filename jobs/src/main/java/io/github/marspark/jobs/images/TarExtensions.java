package io.github.marspark.jobs.images;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What headers before a member's own say of it, because it does not fit there: GNU's long names, and the records of
 * POSIX, each of them {@code LENGTH KEY=VALUE} and a line feed.
 *
 * @see <a href="https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html">pax, extended header</a>
 */
final class TarExtensions {
    private static final byte RECORDS = 'x';
    private static final byte RECORDS_OF_ALL = 'g';
    private static final byte LONG_NAME = 'L';
    private static final byte LONG_LINK = 'K';
    private static final int LONGEST_NUMBER = 12;

    private final Map<String, String> records = new HashMap<>();
    private boolean any;

    /** Whether a header of this type is about the member that follows. */
    static boolean isOne(byte type) {
        return type == RECORDS || type == RECORDS_OF_ALL || type == 'X' || type == LONG_NAME || type == LONG_LINK;
    }

    void add(byte type, byte[] content) throws Damage {
        any |= type != RECORDS_OF_ALL;
        switch (type) {
            case LONG_NAME -> records.put("path", text(content));
            case LONG_LINK -> records.put("linkpath", text(content));
            case RECORDS_OF_ALL -> addRecords(content, new HashMap<>()); // comments of git and the like
            default -> addRecords(content, records);
        }
    }

    boolean isAny() {
        return any;
    }

    Optional<String> name() {
        return Optional.ofNullable(records.getOrDefault("GNU.sparse.name", records.get("path")));
    }

    Optional<String> link() {
        return Optional.ofNullable(records.get("linkpath"));
    }

    Optional<Long> size() throws Damage {
        String size = records.get("size");
        if (size != null && !size.matches("\\d{1,18}")) {
            throw new Damage("has a damaged header: a size of " + size);
        }
        return Optional.ofNullable(size).map(Long::valueOf);
    }

    /** Whether its content has holes that are not in the tar. */
    boolean isSparse() {
        return records.keySet().stream().anyMatch(key -> key.startsWith("GNU.sparse."));
    }

    /** A name that ends with a zero byte. */
    private static String text(byte[] content) {
        int end = 0;
        while (end < content.length && content[end] != 0) {
            end++;
        }
        return TarNames.decoded(Arrays.copyOf(content, end));
    }

    private static void addRecords(byte[] content, Map<String, String> target) throws Damage {
        ByteBuffer rest = ByteBuffer.wrap(content);
        while (rest.hasRemaining() && rest.get(rest.position()) != 0) {
            byte[] record = new byte[length(rest)];
            rest.get(record);
            int sign = indexOf(record, '=');
            if (sign < 0 || record[record.length - 1] != '\n') {
                throw malformed();
            }
            target.put(
                    new String(record, 0, sign, StandardCharsets.UTF_8),
                    TarNames.decoded(Arrays.copyOfRange(record, sign + 1, record.length - 1)));
        }
    }

    /** Reads the length and the blank after it, and gives how many bytes of the record are left. */
    private static int length(ByteBuffer rest) throws Damage {
        int begin = rest.position();
        int length = 0;
        for (int digits = 0; digits < LONGEST_NUMBER && rest.hasRemaining(); digits++) {
            byte next = rest.get();
            if (next == ' ' && digits > 0) {
                int left = length - (rest.position() - begin);
                if (left < 2 || left > rest.remaining()) {
                    throw malformed();
                }
                return left;
            }
            if (next < '0' || next > '9' || length > (1 << 24)) {
                throw malformed();
            }
            length = 10 * length + next - '0';
        }
        throw malformed();
    }

    private static int indexOf(byte[] bytes, char wanted) {
        for (int at = 0; at < bytes.length; at++) {
            if (bytes[at] == wanted) {
                return at;
            }
        }
        return -1;
    }

    private static Damage malformed() {
        return new Damage("has a damaged header: its records cannot be read");
    }
}
