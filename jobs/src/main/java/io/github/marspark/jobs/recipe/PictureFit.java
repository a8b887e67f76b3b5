package io.github.marspark.jobs.recipe;

/** What happens to a picture that is to be edited and has another size than the network's images. */
public enum PictureFit {
    /** It is refused. */
    EXACT,
    /** Its centre is cut and brought to the size, as for training. */
    CROP
}
