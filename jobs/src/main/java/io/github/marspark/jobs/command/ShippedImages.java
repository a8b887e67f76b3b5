package io.github.marspark.jobs.command;

import io.github.marspark.data.idx.FashionMnist;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Storage;
import java.io.PrintStream;
import java.nio.file.Path;

/** The images that come with the project, laid out as class folders. */
final class ShippedImages {
    private ShippedImages() {}

    /**
     * Lays them out where they are not there yet.
     *
     * @param folder they shall lie in
     * @param refusal what is said if that is not on this machine's own disks
     * @param out told of it
     * @throws IllegalArgumentException with the refusal
     */
    static void layOut(FileStore folder, String refusal, PrintStream out) {
        if (!folder.isLocal()) {
            throw new IllegalArgumentException(refusal);
        }
        Path images = Storage.local(folder.path());
        boolean written = FashionMnist.writeInto(images);
        out.printf("%s %s: 10,000 images in class folders%n", images, written ? "written" : "is there already");
    }
}
