package io.github.marspark.jobs.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.apache.hadoop.security.UserGroupInformation;

/** The user that Hadoop's file systems see. */
public final class LoginUser {
    private LoginUser() {}

    /**
     * Names the user where the system has no name for its number, as in a container that runs as any number: Hadoop takes
     * that for a failed login. The name is {@code HADOOP_USER_NAME}'s, or {@code nameless}.
     *
     * @throws UncheckedIOException if there is a name and its login fails all the same
     */
    public static synchronized void ensureNamed() {
        try {
            UserGroupInformation.getLoginUser();
        } catch (IOException failure) {
            if (UserGroupInformation.isSecurityEnabled() || hasName()) {
                throw new UncheckedIOException("Hadoop cannot log its user in: " + failure.getMessage(), failure);
            }
            String name = Objects.requireNonNullElse(System.getenv("HADOOP_USER_NAME"), "nameless");
            UserGroupInformation.setLoginUser(UserGroupInformation.createRemoteUser(name));
        }
    }

    /** Java says {@code ?} where the system has no name. */
    private static boolean hasName() {
        return !System.getProperty("user.name", "?").equals("?");
    }
}
