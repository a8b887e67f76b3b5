package io.github.marspark.model.mutation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * A mistake in a source file, and the test that has to catch it.
 *
 * @param mistake what it is
 * @param file below the sources of the module's package
 * @param code that stands once in the file
 * @param instead what the mistake makes of it
 * @param test class below the module's package
 * @param method of the test
 */
record Mutation(String mistake, String file, String code, String instead, String test, String method) {
    private static final String SOURCES = "src/main/java/io/github/marspark/model/";

    /** Compiles the file with the mistake into a folder. */
    void compileInto(Path folder) throws IOException {
        Path original = Path.of(System.getProperty("basedir", ""), SOURCES, file);
        String source = Files.readString(original);
        if (source.split(Pattern.quote(code), -1).length != 2) {
            throw new IllegalStateException(original + " does not hold once: " + code);
        }
        Path mutated = folder.resolve(original.getFileName());
        Files.writeString(mutated, source.replace(code, instead));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> options = List.of(
                "-d", folder.toString(), "-classpath", System.getProperty("java.class.path"), "-nowarn", "-proc:none");
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            if (!compiler.getTask(null, files, null, options, null, files.getJavaFileObjects(mutated))
                    .call()) {
                throw new IllegalStateException(original + " does not compile with: " + instead);
            }
        }
    }

    @Override
    public String toString() {
        return mistake;
    }
}
