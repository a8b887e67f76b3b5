package io.github.marspark.jobs.encode;

import java.io.Serializable;

/** What travels to the executors so that they can make encoders. */
public interface EncoderSource extends Serializable {
    /**
     * Whose latents the encoders make.
     *
     * @return the tokenizer in words and numbers
     */
    LatentSpace space();

    /**
     * Makes an encoder; called on executors.
     *
     * @param threads how many it may keep busy
     * @return an encoder for the calling thread
     */
    ImageEncoder open(int threads);
}
