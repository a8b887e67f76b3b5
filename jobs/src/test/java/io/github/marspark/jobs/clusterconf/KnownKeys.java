package io.github.marspark.jobs.clusterconf;

import io.github.marspark.jobs.runtime.Device;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.internal.config.ConfigEntry;

/** The {@code spark.*} keys that Spark 3.5.5, its modules for YARN and Kubernetes, and RAPIDS 25.04 know. */
final class KnownKeys {
    /** Objects of Scala that tell Spark's register of their keys when they are loaded. */
    private static final List<String> REGISTERING = List.of(
            "org.apache.spark.internal.config.package$",
            "org.apache.spark.internal.config.Deploy$",
            "org.apache.spark.internal.config.History$",
            "org.apache.spark.internal.config.Kryo$",
            "org.apache.spark.internal.config.Network$",
            "org.apache.spark.internal.config.Status$",
            "org.apache.spark.internal.config.UI$",
            "org.apache.spark.internal.config.Worker$",
            "org.apache.spark.sql.internal.SQLConf$",
            "org.apache.spark.sql.internal.StaticSQLConf$",
            "org.apache.spark.deploy.yarn.config.package$",
            "org.apache.spark.deploy.k8s.Config$");

    /** Keys that Spark's documentation has and its register has not, and those of this program. */
    private static final Set<String> DOCUMENTED =
            Set.of("spark.master", "spark.app.name", Device.CHOICE, Device.LIBRARIES);

    private static final List<Pattern> FAMILIES = Stream.of(
                    "spark\\.(executor|driver|task|worker)\\.resource\\.\\w+\\.(amount|discoveryScript|vendor)",
                    "spark\\.(executorEnv|yarn\\.appMasterEnv|kubernetes\\.driverEnv)\\.\\w+",
                    "spark\\.kubernetes\\.(driver|executor)\\.volumes\\.\\w+\\.\\w+\\.(mount\\.\\w+|options\\.\\w+)",
                    "spark\\.hadoop\\.\\S+",
                    "spark\\.rapids\\.sql\\.(exec|expression|input|partitioning)\\.\\w+")
            .map(Pattern::compile)
            .toList();

    private final Set<String> rapids = rapids();

    KnownKeys() {
        REGISTERING.forEach(KnownKeys::load);
    }

    private static void load(String name) {
        try {
            Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("the tests' class path lacks " + name, e);
        }
    }

    private static Set<String> rapids() {
        try (InputStream list = KnownKeys.class.getResourceAsStream("/rapids-25.04-keys.txt")) {
            return new String(Objects.requireNonNull(list).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean contains(String key) {
        return DOCUMENTED.contains(key)
                || rapids.contains(key)
                || ConfigEntry.findEntry(key) != null
                || FAMILIES.stream().anyMatch(family -> family.matcher(key).matches());
    }
}
