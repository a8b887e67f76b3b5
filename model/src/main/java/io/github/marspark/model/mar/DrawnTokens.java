package io.github.marspark.model.mar;

/**
 * Tokens that were drawn.
 *
 * @param values {@code (R, D)}
 * @param logProbabilities {@code (R)}, of the ids; empty where tokens are no ids
 */
record DrawnTokens(float[] values, double[] logProbabilities) {}
