package io.github.marspark.jobs.images;

import java.util.Iterator;
import java.util.function.Function;

/** Changes each element on its way. */
public record MappedIterator<A, B>(Iterator<A> elements, Function<A, B> change) implements Iterator<B> {
    @Override
    public boolean hasNext() {
        return elements.hasNext();
    }

    @Override
    public B next() {
        return change.apply(elements.next());
    }
}
