package io.github.marspark.jobs.images;

import java.io.IOException;

/** What is wrong with the bytes of a file, to be read after its path; they are the same when it is read again. */
final class Damage extends IOException {
    Damage(String words) {
        super(words);
    }

    Damage(String words, Throwable cause) {
        super(words, cause);
    }
}
