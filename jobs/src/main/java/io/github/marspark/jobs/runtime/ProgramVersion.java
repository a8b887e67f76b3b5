package io.github.marspark.jobs.runtime;

import java.util.Objects;

/** The version of this program. */
public final class ProgramVersion {
    private ProgramVersion() {}

    /**
     * How the version is called.
     *
     * @return such as {@code 0.1.0}, or {@code unpackaged} when the program does not run from its jar
     */
    public static String name() {
        return Objects.requireNonNullElse(ProgramVersion.class.getPackage().getImplementationVersion(), "unpackaged");
    }
}
