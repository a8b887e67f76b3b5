package io.github.marspark.jobs.runtime;

import io.github.marspark.jobs.files.ScratchFolder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders {@code spark-…} and {@code blockmgr-…} that Spark makes on this machine for a driver and removes when the driver
 * ends, unless it is killed. They are marked with the driver's process, and the next driver removes those of the dead.
 */
final class DriverFolders {
    private static final Logger LOG = LoggerFactory.getLogger(DriverFolders.class);

    private DriverFolders() {}

    /** Removes what killed drivers have left where a driver of some settings makes its folders. */
    static void removeLeft(SparkConf settings, Map<String, String> environment) {
        roots(settings, environment).forEach(root -> ScratchFolder.removeLeft(Path.of(root)));
    }

    /** Where a driver makes its folders. */
    static Set<String> roots(SparkConf settings, Map<String, String> environment) {
        Set<String> roots = new LinkedHashSet<>(Set.of(System.getProperty("java.io.tmpdir")));
        for (String list :
                new String[] {environment.getOrDefault("SPARK_LOCAL_DIRS", ""), settings.get("spark.local.dir", "")}) {
            Arrays.stream(list.split(",", -1))
                    .map(String::strip)
                    .filter(root -> !root.isEmpty())
                    .forEach(roots::add);
        }
        return roots;
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
