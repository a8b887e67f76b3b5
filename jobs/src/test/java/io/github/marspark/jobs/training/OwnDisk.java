package io.github.marspark.jobs.training;

import java.io.File;
import java.net.URI;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** A file system of which each process has its own, in its working folder, as each machine has its own local disk. */
public final class OwnDisk extends RawLocalFileSystem {
    static final String SCHEME = "own";

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public URI getUri() {
        return URI.create(SCHEME + ":///");
    }

    @Override
    public File pathToFile(Path path) {
        return new File("own-disk", path.toUri().getPath());
    }
}
