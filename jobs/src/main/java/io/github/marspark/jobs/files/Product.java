package io.github.marspark.jobs.files;

/** What a job writes into a folder of its own, and the key of a recipe that names the folder. */
public enum Product {
    /** Of {@code encode}. */
    LATENTS("latents", "latents that were encoded otherwise", "delete it"),
    /** Of {@code train-tokenizer} and {@code import-tokenizer}. */
    TOKENIZER("tokenizer-folder", "a tokenizer that was trained otherwise", "delete it"),
    /** Of {@code train-classifier}. */
    CLASSIFIER("classifier-folder", "a classifier that was trained otherwise", "delete it"),
    /** Of {@code import-features}. */
    FEATURES("to", "another network", "delete it"),
    /** Of {@code train} and {@code import}. */
    CHECKPOINTS("checkpoints", "checkpoints of another training", "restore these values"),
    /** Of {@code train}, beside its checkpoints. */
    PREVIEWS("checkpoints", "previews drawn otherwise", "restore these values, delete it"),
    /** Of {@code sample}. */
    SAMPLES("samples", "images drawn otherwise", "delete it"),
    /** Of {@code edit}. */
    EDITS("edit.folder", "a picture edited otherwise", "delete it"),
    /** Of {@code demo}, all of these; of {@code inspect}, pictures. */
    EVERYTHING("out", "something else", "delete it");

    private final String key;
    private final String otherwise;
    private final String remedy;

    Product(String key, String otherwise, String remedy) {
        this.key = key;
        this.otherwise = otherwise;
        this.remedy = remedy;
    }

    /** The key that names the folder. */
    public String key() {
        return key;
    }

    /** What a folder holds whose content was made by other settings. */
    String otherwise() {
        return otherwise;
    }

    /** What to do with it, if not to choose another folder. */
    String remedy() {
        return remedy;
    }
}
