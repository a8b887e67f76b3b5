package io.github.marspark.jobs.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/**
 * What the file of a lease says.
 *
 * @param job that writes into the folder
 * @param owner its process
 * @param since when it began, by its own clock; for a person
 * @param nonce what no other lease has
 * @param renewals how often it was renewed
 */
record LeaseNote(String job, Owner owner, String since, String nonce, long renewals) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A lease of this process. */
    static LeaseNote of(String job) {
        return new LeaseNote(
                job,
                Owner.self(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                UUID.randomUUID().toString(),
                0);
    }

    LeaseNote renewed() {
        return new LeaseNote(job, owner, since, nonce, renewals + 1);
    }

    boolean isOfSameLease(LeaseNote other) {
        return nonce.equals(other.nonce);
    }

    byte[] toJson() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a lease does not fit JSON", impossible);
        }
    }

    static LeaseNote parse(byte[] json) throws IOException {
        return JSON.readValue(json, LeaseNote.class);
    }

    /** Who writes, in words. */
    @Override
    public String toString() {
        return "%s (%s) since %s".formatted(job, owner, since);
    }
}
