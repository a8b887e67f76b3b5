package io.github.marspark.model.random;

/** What a random number is for. Each purpose has streams of its own. */
public enum Purpose {
    /** The order of a sample's tokens in training. */
    ORDER(1),
    /** The share of tokens that a training step masks. */
    MASK_RATE(2),
    /** The time steps of a sample's diffusion rows in training. */
    TIME_STEP(3),
    /** The noise of a sample's diffusion rows in training. */
    NOISE(4),
    /** Whether a sample's label is replaced by the learned unconditional vector. */
    LABEL_DROP(5),
    /** Whether a sample is mirrored. */
    MIRROR(6),
    /** The noise with which a latent is drawn from the autoencoder's posterior. */
    POSTERIOR(7),
    /** The masks of dropout. */
    DROPOUT(8),
    /** The order in which a sample's tokens are generated. */
    GENERATION_ORDER(9),
    /** The noise that the diffusion of a generated token starts from. */
    INITIAL_NOISE(10),
    /** The noise that one reverse step of the diffusion adds to a generated token. */
    STEP_NOISE(11),
    /** The initial values of parameters. */
    INITIALISATION(12),
    /** The order of the samples in an epoch. */
    SHUFFLE(13),
    /** By how much an image is moved. */
    SHIFT(14),
    /** Which latents the dead codes of a quantised autoencoder begin anew at. */
    CODE_RESTART(15),
    /** The uniform number that draws the id of a generated token. */
    ID(16),
    /** What chance adds to the confidence in a generated id. */
    CONFIDENCE(17);

    private final int number;

    Purpose(int number) {
        this.number = number;
    }

    /** The purpose's part of the counter; another number would change every value drawn. */
    int number() {
        return number;
    }
}
