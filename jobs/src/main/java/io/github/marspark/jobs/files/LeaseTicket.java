package io.github.marspark.jobs.files;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What proves that a job holds a lease, small enough to travel to the executors of the job, who look before they show what
 * they have written.
 *
 * @param folder where the lease's files lie
 * @param name of the folder in it whose lease it is; empty for itself
 * @param number of the lease when it was taken
 * @param nonce of the lease
 */
record LeaseTicket(String folder, String name, int number, String nonce) {
    private static final String SEPARATOR = "\n";
    private static final int LOOKS = 5;
    private static final long MILLIS_BETWEEN_LOOKS = 200;

    /** As a property of Spark's. */
    String toText() {
        return String.join(SEPARATOR, folder, name, Integer.toString(number), nonce);
    }

    static LeaseTicket parse(String text) {
        List<String> parts = List.of(text.split(SEPARATOR, -1));
        return new LeaseTicket(parts.get(0), parts.get(1), Integer.parseInt(parts.get(2)), parts.get(3));
    }

    /**
     * Looks whether the lease is still that of the job.
     *
     * @throws IllegalStateException if it is not
     */
    void requireHeld() {
        LeaseFiles files = LeaseFiles.of(FileStore.at(folder), name);
        int last = number;
        while (files.exists(last + 1)) {
            last++;
        }
        requireOwn(files, last);
    }

    private void requireOwn(LeaseFiles files, int last) {
        for (int look = 0; look < LOOKS && files.exists(last); look++) {
            Optional<LeaseNote> note = files.read(last);
            if (note.isPresent()) {
                if (note.get().nonce().equals(nonce)) {
                    return;
                }
                throw lost(files, note);
            }
            pause(); // it is being renewed
        }
        throw lost(files, Optional.empty());
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(MILLIS_BETWEEN_LOOKS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while looking at a lease", e);
        }
    }

    /** A sentence for who has lost it. */
    static IllegalStateException lost(LeaseFiles files, Optional<LeaseNote> successor) {
        return new IllegalStateException(
                "%s is no longer this job's: %s; it stops and writes nothing more; start it again when nobody else writes there"
                        .formatted(
                                files.address(),
                                successor
                                        .map(note -> "%s writes there, because this one gave no sign of life"
                                                .formatted(note))
                                        .orElse("its lease is gone")));
    }
}
