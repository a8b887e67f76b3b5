package io.github.marspark.jobs.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Map.Entry;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How a file beside the content says what made it. */
public enum OriginNote {
    /** An object of texts. */
    JSON {
        @Override
        String write(Map<String, String> settings) {
            try {
                return MAPPER.writeValueAsString(settings) + "\n";
            } catch (JsonProcessingException impossible) {
                throw new IllegalStateException("settings do not fit JSON", impossible);
            }
        }

        @Override
        Map<String, String> read(String text) throws IOException {
            Map<String, String> settings = new LinkedHashMap<>();
            parsed(text).forEach((name, value) -> settings.put(name, String.valueOf(value)));
            return settings;
        }

        private static Map<String, @Nullable String> parsed(String text) throws IOException {
            Map<String, @Nullable String> settings;
            try {
                settings = MAPPER.readValue(text, new TypeReference<>() {});
            } catch (JsonProcessingException malformed) {
                throw new IOException(NO_OBJECT, malformed);
            }
            if (settings == null || settings.containsValue(null)) {
                throw new IOException(NO_OBJECT);
            }
            return settings;
        }
    },
    /** A line {@code name = value} for each. */
    LINES {
        @Override
        String write(Map<String, String> settings) {
            return settings.entrySet().stream()
                    .map(setting -> setting.getKey() + SIGN + setting.getValue() + "\n")
                    .collect(Collectors.joining());
        }

        @Override
        Map<String, String> read(String text) throws IOException {
            Map<String, String> settings = new LinkedHashMap<>();
            for (String line : text.lines().toList()) {
                Entry<String, String> setting = setting(line);
                if (settings.put(setting.getKey(), setting.getValue()) != null) {
                    throw new IOException("it says " + setting.getKey() + " twice");
                }
            }
            return settings;
        }
    };

    private static final String SIGN = " = ";
    private static final String NO_OBJECT = "it is no JSON object of texts";
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    abstract String write(Map<String, String> settings);

    abstract Map<String, String> read(String text) throws IOException;

    private static Entry<String, String> setting(String line) throws IOException {
        int sign = line.indexOf(SIGN);
        if (sign < 0) {
            throw new IOException("it has a line without a setting");
        }
        return Map.entry(line.substring(0, sign), line.substring(sign + SIGN.length()));
    }

    byte[] bytes(Origin origin) {
        return write(origin.settings()).getBytes(UTF_8);
    }

    Origin parse(byte[] bytes) throws IOException {
        return new Origin(read(new String(bytes, UTF_8)));
    }
}
