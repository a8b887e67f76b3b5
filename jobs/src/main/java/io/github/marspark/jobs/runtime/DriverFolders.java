package io.github.marspark.jobs.runtime;

import io.github.marspark.jobs.files.ScratchFolder;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders {@code spark-…} and {@code blockmgr-…} that Spark makes on this machine for a driver and removes when the driver
 * ends, unless it is killed, and what libraries leave among temporary files. They are marked with the driver's process, and the
 * next driver removes those of the dead.
 */
final class DriverFolders {
    private static final Logger LOG = LoggerFactory.getLogger(DriverFolders.class);

    private static final String TEMPORARY = "java.io.tmpdir";
    private static final String OWN = "mar.temporary-folder";

    /** Priority of a hook that runs when all others have. */
    private static final int LAST = 0;

    private DriverFolders() {}

    /** Removes what killed drivers have left where a driver of some settings makes its folders. */
    static void removeLeft(SparkConf settings, Map<String, String> environment) {
        roots(settings, environment).forEach(root -> ScratchFolder.removeLeft(Path.of(root)));
    }

    /** Where a driver makes its folders. */
    static Set<String> roots(SparkConf settings, Map<String, String> environment) {
        Set<String> roots = new LinkedHashSet<>(Set.of(System.getProperty(TEMPORARY)));
        for (String list :
                new String[] {environment.getOrDefault("SPARK_LOCAL_DIRS", ""), settings.get("spark.local.dir", "")}) {
            Arrays.stream(list.split(",", -1))
                    .map(String::strip)
                    .filter(root -> !root.isEmpty())
                    .forEach(roots::add);
        }
        return roots;
    }

    /**
     * Gives this process a folder of its own for temporary files, once. Libraries unpack native code there, and Spark makes
     * folders; the process removes it when it ends, after Spark's own tidying, and the next driver if it was killed.
     */
    static synchronized void moveIn() {
        if (System.getProperty(OWN) != null) {
            return;
        }
        try {
            ScratchFolder folder = ScratchFolder.make("driver");
            System.setProperty(OWN, folder.path().toString());
            System.setProperty(TEMPORARY, folder.path().toString());
            ShutdownHookManager.get().addShutdownHook(() -> remove(folder), LAST);
        } catch (IOException refused) {
            LOG.debug("temporary files of this process have no folder of their own", refused);
        }
    }

    private static void remove(ScratchFolder folder) {
        try {
            folder.close();
        } catch (UncheckedIOException busy) {
            LOG.debug("the next job removes {}", folder.path(), busy);
        }
    }

    /** Marks those of the driver that runs in this process. */
    static void mark() {
        SparkEnv environment = SparkEnv.get();
        if (environment == null) {
            return;
        }
        try {
            for (File folder : environment.blockManager().diskBlockManager().localDirs()) {
                ScratchFolder.mark(folder.toPath());
            }
            ScratchFolder.mark(
                    Path.of(SparkFiles.getRootDirectory()).resolveSibling(".").normalize());
        } catch (IOException unmarked) {
            LOG.debug("what Spark writes on this machine is not removed if this process is killed", unmarked);
        }
    }
}
