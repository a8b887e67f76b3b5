package io.github.marspark.jobs.recipe;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a recipe's key means, the unit it is counted in and its default: the one place where these stand. */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Describe {
    /** The {@link #byDefault} of a key that every recipe must give. */
    String REQUIRED = "<required>";

    /**
     * What the key means.
     *
     * @return a phrase, as it appears in the help
     */
    String value();

    /**
     * What the value counts.
     *
     * @return a plural such as {@code steps}, empty for a number without a unit
     */
    String unit() default "";

    /**
     * The value when the recipe gives none.
     *
     * @return HOCON text, in which {@code ${key}} stands for another key's value
     */
    String byDefault() default REQUIRED;
}
