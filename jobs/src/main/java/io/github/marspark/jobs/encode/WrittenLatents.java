package io.github.marspark.jobs.encode;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileStatus;
import org.jspecify.annotations.Nullable;

/** Compares the files of a folder of latents with what their encoding reported about them; without Spark. */
public final class WrittenLatents {
    private WrittenLatents() {}

    /**
     * Compares files and reports.
     *
     * @param address of the folder
     * @return in words, what the encoding of the folder has come to
     * @throws IllegalStateException naming a file that is missing or of another length than was written, or a report
     *     that is damaged
     */
    public static String compare(String address) {
        LatentFolder folder = new LatentFolder(address);
        Map<String, Long> lengths = folder.entries("").stream()
                .collect(Collectors.toMap(status -> status.getPath().getName(), FileStatus::getLen));
        if (!lengths.containsKey(LatentFolder.PLAN)) {
            return "not known, the folder has no " + LatentFolder.PLAN;
        }
        List<LatentFileReport> reports = folder.entries(LatentFolder.REPORTS).stream()
                .map(status -> report(folder, status.getPath().getName()))
                .toList();
        reports.forEach(report -> requireWhole(folder, report, lengths.get(report.file())));
        return "%s, %d file%s as long as written"
                .formatted(
                        lengths.containsKey(LatentFolder.MANIFEST)
                                ? "complete"
                                : "not complete, ./mar encode goes on with it",
                        reports.size(),
                        reports.size() == 1 ? "" : "s");
    }

    private static LatentFileReport report(LatentFolder folder, String name) {
        String path = LatentFolder.REPORTS + "/" + name;
        return LatentFileReport.fromJson(
                folder.read(path).orElse(""), folder.path(path).toString());
    }

    private static void requireWhole(LatentFolder folder, LatentFileReport report, @Nullable Long length) {
        if (length == null || length != report.bytes()) {
            throw new IllegalStateException("%s %s, was written with %,d bytes and %,d records; encode again"
                    .formatted(
                            folder.path(report.file()),
                            length == null ? "is missing" : "has %,d bytes".formatted(length),
                            report.bytes(),
                            report.records()));
        }
    }
}
