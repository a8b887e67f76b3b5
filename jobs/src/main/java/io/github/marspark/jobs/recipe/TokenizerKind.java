package io.github.marspark.jobs.recipe;

/** What stands between encoder and decoder of a tokenizer. */
public enum TokenizerKind {
    /** Normal distributions, from which latents are drawn. */
    KL,
    /** A codebook: each place is the id of the code nearest to its latent. */
    VQ
}
