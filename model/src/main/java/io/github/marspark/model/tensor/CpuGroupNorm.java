package io.github.marspark.model.tensor;

import io.github.marspark.model.tensor.GroupNorm.Activation;
import java.util.Arrays;

/**
 * The group normalisation of {@link CpuKernels}: blocks of pixels at a time, seen as one long row in which the channels'
 * factors repeat.
 *
 * <p>Moments are taken of each block and merged in order, so that they neither lose digits over large images nor depend on
 * the number of threads.
 */
final class CpuGroupNorm {
    /** Values of a block, about. */
    private static final int BLOCK = 4096;

    /** Pixels whose sums are taken together, if an image has as many. */
    private static final int PART = 1024;

    private final CpuKernels kernels;

    CpuGroupNorm(CpuKernels kernels) {
        this.kernels = kernels;
    }

    /** The gradients of weight and bias. */
    record Gradients(float[] weight, float[] bias) {}

    /** How the pixels of a batch are cut: images into parts of equal size, parts into blocks. */
    private record Cut(int images, int pixels, int channels) {
        static Cut of(Matrix x, GroupNorm norm) {
            return new Cut(norm.batch(), x.rows() / norm.batch(), x.columns());
        }

        int partsPerImage() {
            return (pixels + PART - 1) / PART;
        }

        int parts() {
            return images * partsPerImage();
        }

        int image(int part) {
            return part / partsPerImage();
        }

        /** First pixel of a part, counted over all images. */
        int from(int part) {
            return image(part) * pixels + part % partsPerImage() * PART;
        }

        int to(int part) {
            return Math.min((image(part) + 1) * pixels, from(part) + PART);
        }

        int blockPixels() {
            return Math.min(pixels, Math.max(1, BLOCK / channels));
        }

        /** Values of a channel, repeated to the length of a block. */
        float[] repeated(float[] values, int offset) {
            float[] result = new float[blockPixels() * channels];
            System.arraycopy(values, offset, result, 0, channels);
            for (int done = channels; done < result.length; done *= 2) {
                System.arraycopy(result, 0, result, done, Math.min(done, result.length - done));
            }
            return result;
        }

        /** Adds up a block of sums, channel by channel; consumes the block. */
        float[] folded(float[] block) {
            int rows = block.length / channels;
            while (rows > 1) {
                int half = rows / 2;
                Loops.accumulate(block, (rows - half) * channels, block, half * channels);
                rows -= half;
            }
            return Arrays.copyOf(block, channels);
        }
    }

    /** Does something with each block of the pixels {@code from} to {@code to}. */
    @FunctionalInterface
    private interface Block {
        void run(int start, int values);
    }

    private static void blocks(Cut cut, int from, int to, Block block) {
        int step = cut.blockPixels();
        for (int pixel = from; pixel < to; pixel += step) {
            block.run(pixel * cut.channels, Math.min(step, to - pixel) * cut.channels);
        }
    }

    private void parts(Cut cut, Threads.Range work) {
        kernels.threads().split(cut.parts(), 1, work);
    }

    // ---- forward

    void forward(Matrix x, GroupNorm norm, Matrix weight, Matrix bias, Matrix moments, Matrix y) {
        Cut cut = Cut.of(x, norm);
        measure(x, norm, cut, moments);
        float[] scale = new float[cut.images * cut.channels];
        float[] shift = new float[cut.images * cut.channels];
        factors(norm, cut, weight.toFloats(), bias.toFloats(), moments.toFloats(), scale, shift);
        boolean silu = norm.activation() == Activation.SILU;
        parts(cut, (first, last) -> {
            float[] values = new float[cut.blockPixels() * cut.channels];
            for (int part = first; part < last; part++) {
                float[] a = cut.repeated(scale, cut.image(part) * cut.channels);
                float[] b = cut.repeated(shift, cut.image(part) * cut.channels);
                blocks(cut, cut.from(part), cut.to(part), (start, n) -> {
                    x.host().get(start, values, 0, n);
                    Loops.affine(values, a, b, values, n);
                    if (silu) {
                        Loops.silu(values, values, n);
                    }
                    y.host().put(start, values, 0, n);
                });
            }
        });
    }

    /** {@code normal weight + bias = x scale + shift}, for each channel of each image. */
    private static void factors(
            GroupNorm norm, Cut cut, float[] weight, float[] bias, float[] moments, float[] scale, float[] shift) {
        int width = cut.channels / norm.groups();
        for (int i = 0; i < scale.length; i++) {
            int group = i / width;
            int channel = i % cut.channels;
            scale[i] = weight[channel] * moments[2 * group + 1];
            shift[i] = bias[channel] - moments[2 * group] * scale[i];
        }
    }

    /** Mean and sum of squared differences from it, of each group, over one part of an image. */
    private record PartMoments(double[] mean, double[] squares) {}

    private void measure(Matrix x, GroupNorm norm, Cut cut, Matrix moments) {
        PartMoments[] measured = new PartMoments[cut.parts()];
        parts(cut, (first, last) -> {
            for (int part = first; part < last; part++) {
                measured[part] = measure(x, norm, cut, cut.from(part), cut.to(part));
            }
        });
        for (int image = 0; image < cut.images; image++) {
            for (int group = 0; group < norm.groups(); group++) {
                merge(measured, norm, cut, image, group, moments);
            }
        }
    }

    private static PartMoments measure(Matrix x, GroupNorm norm, Cut cut, int from, int to) {
        float[] values = new float[cut.blockPixels() * cut.channels];
        float[] sums = new float[values.length];
        blocks(cut, from, to, (start, n) -> {
            x.host().get(start, values, 0, n);
            Loops.accumulate(values, sums, n);
        });
        int width = cut.channels / norm.groups();
        double count = (double) (to - from) * width;
        double[] mean = byGroup(cut.folded(sums), width, 1 / count);
        float[] centre = cut.repeated(byChannel(mean, width), 0);
        float[] squares = new float[values.length];
        blocks(cut, from, to, (start, n) -> {
            x.host().get(start, values, 0, n);
            Loops.accumulateSquares(values, centre, squares, n);
        });
        return new PartMoments(mean, byGroup(cut.folded(squares), width, 1));
    }

    private static double[] byGroup(float[] channels, int width, double factor) {
        double[] result = new double[channels.length / width];
        for (int i = 0; i < channels.length; i++) {
            result[i / width] += channels[i] * factor;
        }
        return result;
    }

    private static float[] byChannel(double[] groups, int width) {
        float[] result = new float[groups.length * width];
        for (int i = 0; i < result.length; i++) {
            result[i] = (float) groups[i / width];
        }
        return result;
    }

    /** The moments of a group from those of the parts (Chan, Golub and LeVeque's update). */
    private static void merge(PartMoments[] measured, GroupNorm norm, Cut cut, int image, int group, Matrix moments) {
        double count = 0;
        double mean = 0;
        double squares = 0;
        for (int part = image * cut.partsPerImage(); part < (image + 1) * cut.partsPerImage(); part++) {
            double more = cut.to(part) - cut.from(part);
            double difference = measured[part].mean[group] - mean;
            mean += difference * more / (count + more);
            squares += measured[part].squares[group]
                    + difference * difference * count * more / (count + more) * cut.channels / norm.groups();
            count += more;
        }
        double variance = squares * norm.groups() / (count * cut.channels);
        int row = image * norm.groups() + group;
        moments.host().put(2 * row, (float) mean);
        moments.host().put(2 * row + 1, (float) (1 / Math.sqrt(variance + GroupNorm.EPSILON)));
    }

    // ---- backward

    Gradients backward(
            Matrix x, GroupNorm norm, Matrix weight, Matrix bias, Matrix moments, Matrix dy, Matrix dx, float beta) {
        Cut cut = Cut.of(x, norm);
        Backward backward = new Backward(x, norm, cut, weight, bias, moments, dy);
        float[][] dWeight = new float[cut.parts()][];
        float[][] dBias = new float[cut.parts()][];
        parts(cut, (first, last) -> {
            for (int part = first; part < last; part++) {
                backward.sums(part, dWeight, dBias);
            }
        });
        float[] imageWeight = sumParts(cut, dWeight);
        float[] imageBias = sumParts(cut, dBias);
        float[] meanGradient = means(norm, cut, imageBias, weight.toFloats());
        float[] meanProduct = means(norm, cut, imageWeight, weight.toFloats());
        parts(cut, (first, last) -> {
            for (int part = first; part < last; part++) {
                backward.write(part, meanGradient, meanProduct, dx, beta);
            }
        });
        return new Gradients(sumImages(cut, imageWeight), sumImages(cut, imageBias));
    }

    /** Sums of the parts of each image, {@code (images, channels)}. */
    private static float[] sumParts(Cut cut, float[][] parts) {
        float[] result = new float[cut.images * cut.channels];
        for (int part = 0; part < parts.length; part++) {
            for (int channel = 0; channel < cut.channels; channel++) {
                result[cut.image(part) * cut.channels + channel] += parts[part][channel];
            }
        }
        return result;
    }

    private static float[] sumImages(Cut cut, float[] images) {
        float[] result = new float[cut.channels];
        for (int i = 0; i < images.length; i++) {
            result[i % cut.channels] += images[i];
        }
        return result;
    }

    /** Means over each group of channel sums times the weight, for each channel of each image. */
    private static float[] means(GroupNorm norm, Cut cut, float[] sums, float[] weight) {
        int width = cut.channels / norm.groups();
        double[] groups = new double[cut.images * norm.groups()];
        for (int i = 0; i < sums.length; i++) {
            groups[i / width] += (double) sums[i] * weight[i % cut.channels] / ((double) cut.pixels * width);
        }
        return byChannel(groups, width);
    }

    /** The inputs of a backward pass. */
    private static final class Backward {
        private final Matrix x;
        private final Matrix dy;
        private final Cut cut;
        private final boolean silu;
        private final float[] mean;
        private final float[] scale;
        private final float[] weight;
        private final float[] bias;

        Backward(Matrix x, GroupNorm norm, Cut cut, Matrix weight, Matrix bias, Matrix moments, Matrix dy) {
            this.x = x;
            this.dy = dy;
            this.cut = cut;
            this.silu = norm.activation() == Activation.SILU;
            int width = cut.channels / norm.groups();
            this.mean = new float[cut.images * cut.channels];
            this.scale = new float[mean.length];
            for (int i = 0; i < mean.length; i++) {
                mean[i] = moments.host().get(2 * (i / width));
                scale[i] = moments.host().get(2 * (i / width) + 1);
            }
            this.weight = cut.repeated(weight.toFloats(), 0);
            this.bias = cut.repeated(bias.toFloats(), 0);
        }

        /** Normalised values, and gradients with respect to what went into the activation. */
        private final class Values {
            private final float[] normal = new float[cut.blockPixels() * cut.channels];
            private final float[] gradient = new float[normal.length];
            private final float[] before = new float[normal.length];
            private final float[] centre;
            private final float[] factor;

            Values(int part) {
                centre = cut.repeated(mean, cut.image(part) * cut.channels);
                factor = cut.repeated(scale, cut.image(part) * cut.channels);
            }

            void load(int start, int n) {
                x.host().get(start, normal, 0, n);
                dy.host().get(start, gradient, 0, n);
                Loops.normalize(normal, centre, factor, n);
                if (silu) {
                    Loops.affine(normal, weight, bias, before, n);
                    Loops.siluBackward(before, gradient, gradient, n);
                }
            }
        }

        void sums(int part, float[][] dWeight, float[][] dBias) {
            Values values = new Values(part);
            float[] products = new float[values.normal.length];
            float[] gradients = new float[values.normal.length];
            blocks(cut, cut.from(part), cut.to(part), (start, n) -> {
                values.load(start, n);
                Loops.accumulateProduct(values.gradient, values.normal, products, n);
                Loops.accumulate(values.gradient, gradients, n);
            });
            dWeight[part] = cut.folded(products);
            dBias[part] = cut.folded(gradients);
        }

        void write(int part, float[] meanGradient, float[] meanProduct, Matrix dx, float beta) {
            Values values = new Values(part);
            float[] m = cut.repeated(meanGradient, cut.image(part) * cut.channels);
            float[] p = cut.repeated(meanProduct, cut.image(part) * cut.channels);
            blocks(cut, cut.from(part), cut.to(part), (start, n) -> {
                values.load(start, n);
                Loops.multiply(values.gradient, weight, values.gradient, n);
                Loops.groupNormBackward(values.gradient, values.normal, m, p, values.factor, n);
                if (beta != 0) {
                    dx.host().get(start, values.before, 0, n);
                    Loops.accumulate(values.before, values.gradient, n);
                }
                dx.host().put(start, values.gradient, 0, n);
            });
        }
    }
}
