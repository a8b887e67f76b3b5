package io.github.marspark.jobs.runtime;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.serializer.KryoRegistrator;

/**
 * Tells Kryo the classes that travel between processes, for clusters whose Spark takes no others
 * ({@code spark.kryo.registrationRequired}): those of this module, in the order of their names, so that all processes
 * number them alike, and what they are put into.
 */
public final class KryoClasses implements KryoRegistrator {
    private static final String SUFFIX = ".class";
    private static final List<String> OTHERS = List.of(
            "io.github.marspark.model.evaluation.MomentTree$Node",
            "io.github.marspark.model.evaluation.Moments",
            "org.apache.spark.sql.catalyst.expressions.GenericRow",
            "org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema",
            "org.apache.spark.sql.types.ArrayType",
            "org.apache.spark.sql.types.StructField",
            "org.apache.spark.sql.types.StructType");

    /** For Spark. */
    public KryoClasses() {}

    @Override
    public void registerClasses(Kryo kryo) {
        Stream.concat(own().stream(), OTHERS.stream())
                .map(KryoClasses::load)
                .filter(Serializable.class::isAssignableFrom)
                .filter(type ->
                        type.isEnum() || !Enum.class.isAssignableFrom(type)) // a constant's own class is its enum
                .forEach(type -> register(kryo, type));
    }

    private static void register(Kryo kryo, Class<?> type) {
        if (type.isRecord()) {
            kryo.register(type, new JavaSerializer()); // Kryo itself cannot fill a record's fields
        } else {
            kryo.register(type);
        }
        kryo.register(type.arrayType());
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, KryoClasses.class.getClassLoader());
        } catch (ClassNotFoundException absent) {
            throw new IllegalStateException(name + " is not on the class path of this process", absent);
        }
    }

    private static List<String> own() {
        try {
            URI place = KryoClasses.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI();
            if (!place.getPath().endsWith(".jar")) {
                return below(Path.of(place));
            }
            try (FileSystem jar = FileSystems.newFileSystem(Path.of(place), Map.of())) {
                return below(jar.getPath("/"));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("the program's own jar cannot be read", failure);
        } catch (URISyntaxException noPlace) {
            throw new IllegalStateException("the program does not know where it lies", noPlace);
        }
    }

    private static List<String> below(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> root.relativize(file).toString())
                    .filter(name -> name.endsWith(SUFFIX) && !name.endsWith("-info" + SUFFIX))
                    .map(name ->
                            name.substring(0, name.length() - SUFFIX.length()).replace('/', '.'))
                    .sorted()
                    .toList();
        }
    }
}
