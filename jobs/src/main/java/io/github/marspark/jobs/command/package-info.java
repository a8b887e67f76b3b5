/** What a person types: every word of the command line, and the commands, each of which starts a job. */
@NullMarked
package io.github.marspark.jobs.command;

import org.jspecify.annotations.NullMarked;
