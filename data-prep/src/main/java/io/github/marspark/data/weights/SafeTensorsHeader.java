package io.github.marspark.data.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The head of a safetensors file: 8 bytes with its length, then JSON, then the data of all tensors without a gap.
 *
 * @param entries tensors by name in the header's order
 * @param metadata free text by key, sorted
 * @param dataOffset where the data begins in the file
 */
record SafeTensorsHeader(Map<String, Entry> entries, Map<String, String> metadata, long dataOffset) {

    /** Longest JSON accepted; a network of a thousand tensors needs a hundredth of it. */
    static final long MAX_JSON_BYTES = 16L << 20;

    static final String METADATA_KEY = "__metadata__";

    /** Number types of the format whose values are not read, with their bits. */
    private static final Map<String, Integer> OTHERS = Map.ofEntries(
            Map.entry("F4", 4),
            Map.entry("F6_E2M3", 6),
            Map.entry("F6_E3M2", 6),
            Map.entry("F8_E4M3", 8),
            Map.entry("F8_E5M2", 8),
            Map.entry("F8_E8M0", 8),
            Map.entry("U16", 16),
            Map.entry("U32", 32),
            Map.entry("U64", 64),
            Map.entry("C64", 64));

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * One tensor.
     *
     * @param description name, type, shape
     * @param code number type, as the header has it
     * @param begin first byte, counted from the start of the data
     * @param end byte behind the last
     */
    record Entry(TensorDescription description, String code, long begin, long end) {}

    /** Reads and checks the head of an open file. */
    static SafeTensorsHeader read(Path file, FileChannel channel) throws IOException {
        long jsonBytes = readLength(file, channel);
        byte[] json = new byte[(int) jsonBytes];
        ByteSource.of(channel, Long.BYTES).fill(json, json.length);
        long dataOffset = Long.BYTES + jsonBytes;
        return new Parser(file, channel.size() - dataOffset).parse(json, dataOffset);
    }

    private static long readLength(Path file, FileChannel channel) throws IOException {
        if (channel.size() < Long.BYTES) {
            throw new WeightFileException(
                    file, "is " + channel.size() + " bytes long, too short for a safetensors file; copy it again");
        }
        byte[] length = new byte[Long.BYTES];
        ByteSource.of(channel, 0).fill(length, length.length);
        long jsonBytes = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
        requireSensibleLength(file, jsonBytes, channel.size() - Long.BYTES);
        return jsonBytes;
    }

    private static void requireSensibleLength(Path file, long jsonBytes, long available) {
        if (jsonBytes < 0 || jsonBytes > MAX_JSON_BYTES) {
            throw new WeightFileException(
                    file,
                    "says that its header has " + Long.toUnsignedString(jsonBytes) + " bytes, the limit is "
                            + MAX_JSON_BYTES + "; it is damaged or not a safetensors file");
        }
        if (jsonBytes > available) {
            throw new WeightFileException(
                    file,
                    "ends inside its header (" + available + " of " + jsonBytes
                            + " bytes are there); it was cut short, copy it again");
        }
    }

    /** Turns the JSON of one file into entries; every complaint names the file. */
    private record Parser(Path file, long dataBytes) {

        SafeTensorsHeader parse(byte[] json, long dataOffset) throws IOException {
            JsonNode root = requireObject(tree(json), "the header");
            Map<String, Entry> entries = new LinkedHashMap<>();
            Map<String, String> metadata = new TreeMap<>();
            root.fields().forEachRemaining(field -> {
                if (field.getKey().equals(METADATA_KEY)) {
                    metadata.putAll(metadata(field.getValue()));
                } else {
                    entries.put(field.getKey(), entry(field.getKey(), field.getValue()));
                }
            });
            requireGapless(entries);
            return new SafeTensorsHeader(entries, metadata, dataOffset);
        }

        private JsonNode tree(byte[] json) throws IOException {
            try {
                return JSON.readTree(json);
            } catch (JsonProcessingException e) {
                throw new WeightFileException(
                        file, "its header is not valid JSON (" + e.getOriginalMessage() + "); the file is damaged", e);
            }
        }

        private Map<String, String> metadata(JsonNode node) {
            Map<String, String> metadata = new TreeMap<>();
            requireObject(node, METADATA_KEY)
                    .fields()
                    .forEachRemaining(field -> metadata.put(field.getKey(), text(field.getKey(), field.getValue())));
            return metadata;
        }

        private Entry entry(String name, JsonNode node) {
            requireObject(node, "tensor " + Printable.of(name));
            String code = text("dtype of " + name, node.path("dtype"));
            TensorDescription description =
                    new TensorDescription(name, type(name, code), shape(name, node.path("shape")));
            List<Long> offsets = integers(name, "data_offsets", node.path("data_offsets"));
            if (offsets.size() != 2) {
                throw damaged("tensor " + Printable.of(name) + " has " + offsets.size() + " data_offsets, must have 2");
            }
            return requireFitting(new Entry(description, code, offsets.get(0), offsets.get(1)));
        }

        private ElementType type(String name, String code) {
            return ElementType.named(code)
                    .or(() -> Optional.ofNullable(OTHERS.get(code)).map(bits -> ElementType.OTHER))
                    .orElseThrow(() -> damaged(
                            "tensor " + Printable.of(name) + " has type " + code + ", which is none of the format's"));
        }

        private Shape shape(String name, JsonNode node) {
            try {
                return new Shape(integers(name, "shape", node));
            } catch (IllegalArgumentException e) {
                throw damaged("tensor " + Printable.of(name) + ": " + e.getMessage());
            }
        }

        private List<Long> integers(String name, String field, JsonNode node) {
            if (!node.isArray()) {
                throw damaged("tensor " + Printable.of(name) + " has no list of numbers named " + field);
            }
            List<Long> numbers = new ArrayList<>();
            for (JsonNode number : node) {
                if (!number.isIntegralNumber() || !number.canConvertToLong()) {
                    throw damaged("tensor " + Printable.of(name) + " has " + number + " in " + field
                            + ", must be an integer");
                }
                numbers.add(number.longValue());
            }
            return numbers;
        }

        private Entry requireFitting(Entry entry) {
            TensorDescription tensor = entry.description();
            String range = entry.begin() + " to " + entry.end();
            if (entry.begin() < 0 || entry.end() < entry.begin()) {
                throw damaged(
                        "tensor " + Printable.of(tensor.name()) + " lies at bytes " + range + ", which is no range");
            }
            if (entry.end() > dataBytes) {
                throw new WeightFileException(
                        file,
                        "tensor " + Printable.of(tensor.name()) + " lies at bytes " + range + " of " + dataBytes
                                + " bytes of data; the file was cut short, copy it again");
            }
            if (!hasLength(entry)) {
                throw damaged("tensor " + Printable.of(tensor.name()) + " " + tensor.shape() + " " + entry.code()
                        + " has " + (entry.end() - entry.begin()) + " bytes of data");
            }
            return entry;
        }

        /** The sizes are the file's own, and their product may exceed 64 bits. */
        private static boolean hasLength(Entry entry) {
            TensorDescription tensor = entry.description();
            int bits =
                    OTHERS.getOrDefault(entry.code(), Byte.SIZE * tensor.type().bytes());
            BigInteger needed = BigInteger.valueOf(tensor.shape().elements()).multiply(BigInteger.valueOf(bits));
            return needed.equals(
                    BigInteger.valueOf(entry.end() - entry.begin()).multiply(BigInteger.valueOf(Byte.SIZE)));
        }

        private void requireGapless(Map<String, Entry> entries) {
            List<Entry> inOrder = entries.values().stream()
                    .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
                    .toList();
            long next = 0;
            for (Entry entry : inOrder) {
                requireNext(entry, next);
                next = entry.end();
            }
            if (next != dataBytes) {
                throw damaged((dataBytes - next) + " bytes at its end belong to no tensor");
            }
        }

        private void requireNext(Entry entry, long next) {
            String name = entry.description().name();
            if (entry.begin() < next) {
                throw damaged(
                        "tensor " + Printable.of(name) + " begins at byte " + entry.begin() + " inside of another");
            }
            if (entry.begin() > next) {
                throw damaged((entry.begin() - next) + " bytes before tensor " + name + " belong to no tensor");
            }
        }

        private JsonNode requireObject(JsonNode node, String what) {
            if (!node.isObject()) {
                throw damaged(what + " is no JSON object");
            }
            return node;
        }

        private String text(String what, JsonNode node) {
            if (!node.isTextual()) {
                throw damaged(what + " is missing or no text");
            }
            return node.textValue();
        }

        private WeightFileException damaged(String problem) {
            return new WeightFileException(file, problem + "; the file is damaged");
        }
    }
}
