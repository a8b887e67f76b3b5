package io.github.marspark.model.tensor;

/**
 * The geometry of a convolution or a pooling over images: a matrix of {@code batch * height * width} rows becomes one of
 * {@code batch * outputHeight * outputWidth}.
 *
 * @param batch number of images
 * @param rows what happens along the rows of pixels of an image
 * @param columns what happens along the pixels of a row
 */
public record ConvolutionShape(int batch, Extent rows, Extent columns) {
    /**
     * One direction of an image.
     *
     * @param length of the image in pixels
     * @param kernel length of the kernel in pixels
     * @param stride pixels from one output to the next; at most {@code kernel}
     * @param before zeros before the image's first pixel
     * @param after zeros behind its last
     */
    public record Extent(int length, int kernel, int stride, int before, int after) {
        /** Checks every size. */
        public Extent {
            requireAtLeast("length", length, 1);
            requireAtLeast("kernel", kernel, 1);
            requireAtLeast("stride", stride, 1);
            requireAtLeast("before", before, 0);
            requireAtLeast("after", after, 0);
            if (stride > kernel) {
                throw new IllegalArgumentException("stride is " + stride + ", must be at most the kernel's " + kernel);
            }
            if (length + before + after < kernel) {
                throw new IllegalArgumentException("an image of " + length + " pixels with " + before + " + " + after
                        + " zeros around is smaller than the kernel's " + kernel);
            }
        }

        /** The length of the output in pixels. */
        public int outputs() {
            return (length + before + after - kernel) / stride + 1;
        }
    }

    /** Checks the batch. */
    public ConvolutionShape {
        requireAtLeast("batch", batch, 1);
    }

    /**
     * The same in both directions.
     *
     * @param height rows of pixels of an image
     * @param width pixels of a row
     * @param kernel height and width of the kernel in pixels
     * @param stride pixels from one output to the next; at most {@code kernel}
     * @param before zeros above and left of an image
     * @param after zeros below and right of an image
     */
    public ConvolutionShape(int batch, int height, int width, int kernel, int stride, int before, int after) {
        this(
                batch,
                new Extent(height, kernel, stride, before, after),
                new Extent(width, kernel, stride, before, after));
    }

    private static void requireAtLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least " + least);
        }
    }

    /**
     * The convolution that keeps height and width.
     *
     * @param kernel odd
     */
    public static ConvolutionShape same(int batch, int height, int width, int kernel) {
        return new ConvolutionShape(batch, height, width, kernel, 1, (kernel - 1) / 2, kernel / 2);
    }

    /** The 3 x 3 convolution that halves height and width, with zeros below and right only. */
    public static ConvolutionShape halving(int batch, int height, int width) {
        return new ConvolutionShape(batch, height, width, 3, 2, 0, 1);
    }

    /** Rows of pixels of an image. */
    public int height() {
        return rows.length;
    }

    /** Pixels of a row. */
    public int width() {
        return columns.length;
    }

    /** Rows of pixels of an output image. */
    public int outputHeight() {
        return rows.outputs();
    }

    /** Pixels of a row of an output image. */
    public int outputWidth() {
        return columns.outputs();
    }

    /** Pixels that an output sees, zeros outside the image included. */
    public int taps() {
        return rows.kernel * columns.kernel;
    }

    /** Rows of the input as a matrix. */
    public int inputRows() {
        return Math.multiplyExact(batch, Math.multiplyExact(height(), width()));
    }

    /** Rows of the output as a matrix. */
    public int outputRows() {
        return Math.multiplyExact(batch, Math.multiplyExact(outputHeight(), outputWidth()));
    }
}
