package io.github.marspark.jobs;

import java.nio.file.Path;

/** A folder of this disk behind Hadoop's view file system, which no program takes for that of local files. */
public final class ViewedFolder implements AutoCloseable {
    private final String authority;
    private final String link;

    public ViewedFolder(Path folder) {
        authority = folder.getFileName().toString(); // Hadoop keeps a file system for each
        link = "spark.hadoop.fs.viewfs.mounttable." + authority + ".link./folder";
        System.setProperty(link, folder.toUri().toString());
    }

    public String address() {
        return "viewfs://" + authority + "/folder";
    }

    @Override
    public void close() {
        System.clearProperty(link);
    }
}
