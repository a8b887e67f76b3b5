/**
 * The article's systems side by side: what differs between them, the recipe of each, and the table. Its source is table 1 of
 * Li et al. 2024, arXiv 2406.11838.
 */
@NullMarked
package io.github.marspark.jobs.compare;

import org.jspecify.annotations.NullMarked;
