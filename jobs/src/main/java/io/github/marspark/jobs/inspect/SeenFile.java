package io.github.marspark.jobs.inspect;

import java.util.Map;

/**
 * A file of latents that has been read to its end.
 *
 * @param name in its folder
 * @param bytes its length
 * @param sha256 of its bytes
 * @param labels how many records each label has
 */
public record SeenFile(String name, long bytes, String sha256, Map<Integer, Long> labels) {
    long records() {
        return labels.values().stream().mapToLong(Long::longValue).sum();
    }
}
