package io.github.marspark.jobs.files;

import java.time.Duration;

/**
 * How often leases are renewed and looked at.
 *
 * @param renewal from one renewal to the next
 * @param patience how long a lease that nobody renews is looked at before its owner counts as dead; several renewals
 * @param glance from one look to the next
 */
record LeasePace(Duration renewal, Duration patience, Duration glance) {
    static final LeasePace USUAL = new LeasePace(Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(1));
}
