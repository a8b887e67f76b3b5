package io.github.marspark.data.weights;

/**
 * What a weight file says about one tensor without its values.
 *
 * @param name the tensor's name, as in the reference's state dict
 * @param type number type in the file
 * @param shape sizes
 */
public record TensorDescription(String name, ElementType type, Shape shape) {

    /**
     * Size of the values in the file.
     *
     * @return bytes
     */
    public long bytes() {
        return Math.multiplyExact(shape.elements(), type.bytes());
    }

    @Override
    public String toString() {
        return name + " " + shape + " " + type;
    }
}
