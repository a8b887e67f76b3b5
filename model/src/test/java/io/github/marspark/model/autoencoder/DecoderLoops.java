package io.github.marspark.model.autoencoder;

import java.util.Map;
import java.util.Objects;

/** The decoder of one image written as loops over channels, rows and columns, in double precision. */
final class DecoderLoops {
    private static final double EPSILON = 1e-6;

    private final AutoencoderConfig config;
    private final Map<String, double[]> parameters;

    /** Channel after channel, {@code (C, S, S)}. */
    private record Feature(double[] values, int channels, int side) {
        double at(int channel, int row, int column) {
            return row < 0 || row >= side || column < 0 || column >= side
                    ? 0
                    : values[(channel * side + row) * side + column];
        }

        Feature plus(Feature other) {
            double[] sum = values.clone();
            for (int i = 0; i < sum.length; i++) {
                sum[i] += other.values[i];
            }
            return new Feature(sum, channels, side);
        }
    }

    DecoderLoops(AutoencoderConfig config, Map<String, double[]> parameters) {
        this.config = config;
        this.parameters = parameters;
    }

    double[] decode(double[] latent) {
        Feature x = new Feature(latent, config.latentChannels(), config.latentSize());
        x = convolution(convolution(x, "post_quant_conv", 1), "decoder.conv_in", 3);
        x = residual(x, "decoder.mid.block_1");
        x = attention(x, "decoder.mid.attn_1");
        x = residual(x, "decoder.mid.block_2");
        for (int level = config.levels() - 1; level >= 0; level--) {
            for (int i = 0; i <= config.residualBlocks(); i++) {
                x = residual(x, "decoder.up." + level + ".block." + i);
                if (config.decoderAttention().contains(x.side())) {
                    x = attention(x, "decoder.up." + level + ".attn." + i);
                }
            }
            if (level > 0) {
                x = convolution(doubled(x), "decoder.up." + level + ".upsample.conv", 3);
            }
        }
        return convolution(silu(norm(x, "decoder.norm_out")), "decoder.conv_out", 3)
                .values();
    }

    private double[] parameter(String name) {
        return Objects.requireNonNull(parameters.get(name), name);
    }

    private Feature convolution(Feature x, String name, int kernel) {
        double[] weight = parameter(name + ".weight");
        double[] bias = parameter(name + ".bias");
        double[] result = new double[bias.length * x.side() * x.side()];
        for (int i = 0; i < result.length; i++) {
            int out = i / (x.side() * x.side());
            int row = i / x.side() % x.side();
            int column = i % x.side();
            result[i] = bias[out];
            for (int in = 0; in < x.channels(); in++) {
                for (int k = 0; k < kernel * kernel; k++) {
                    double value = x.at(in, row + k / kernel - kernel / 2, column + k % kernel - kernel / 2);
                    result[i] += weight[(out * x.channels() + in) * kernel * kernel + k] * value;
                }
            }
        }
        return new Feature(result, bias.length, x.side());
    }

    private Feature norm(Feature x, String name) {
        double[] weight = parameter(name + ".weight");
        double[] bias = parameter(name + ".bias");
        int size = x.values().length / config.groups();
        double[] result = new double[x.values().length];
        for (int group = 0; group < config.groups(); group++) {
            double mean = 0;
            for (int i = group * size; i < (group + 1) * size; i++) {
                mean += x.values()[i] / size;
            }
            double variance = 0;
            for (int i = group * size; i < (group + 1) * size; i++) {
                variance += Math.pow(x.values()[i] - mean, 2) / size;
            }
            for (int i = group * size; i < (group + 1) * size; i++) {
                int channel = i / (x.side() * x.side());
                result[i] = (x.values()[i] - mean) / Math.sqrt(variance + EPSILON) * weight[channel] + bias[channel];
            }
        }
        return new Feature(result, x.channels(), x.side());
    }

    private static Feature silu(Feature x) {
        double[] result = x.values().clone();
        for (int i = 0; i < result.length; i++) {
            result[i] /= 1 + Math.exp(-result[i]);
        }
        return new Feature(result, x.channels(), x.side());
    }

    private Feature residual(Feature x, String name) {
        Feature hidden = convolution(silu(norm(x, name + ".norm1")), name + ".conv1", 3);
        Feature branch = convolution(silu(norm(hidden, name + ".norm2")), name + ".conv2", 3);
        boolean shortcut = parameters.containsKey(name + ".nin_shortcut.weight");
        return branch.plus(shortcut ? convolution(x, name + ".nin_shortcut", 1) : x);
    }

    private Feature attention(Feature x, String name) {
        Feature normal = norm(x, name + ".norm");
        Feature q = convolution(normal, name + ".q", 1);
        Feature k = convolution(normal, name + ".k", 1);
        Feature v = convolution(normal, name + ".v", 1);
        int places = x.side() * x.side();
        double[] attended = new double[x.values().length];
        for (int query = 0; query < places; query++) {
            double[] weights = new double[places];
            double sum = 0;
            for (int key = 0; key < places; key++) {
                double score = 0;
                for (int channel = 0; channel < x.channels(); channel++) {
                    score += q.values()[channel * places + query] * k.values()[channel * places + key];
                }
                weights[key] = Math.exp(score / Math.sqrt(x.channels()));
                sum += weights[key];
            }
            for (int i = 0; i < attended.length; i++) {
                if (i % places == query) {
                    for (int key = 0; key < places; key++) {
                        attended[i] += weights[key] / sum * v.values()[i / places * places + key];
                    }
                }
            }
        }
        return x.plus(convolution(new Feature(attended, x.channels(), x.side()), name + ".proj_out", 1));
    }

    private static Feature doubled(Feature x) {
        int side = 2 * x.side();
        double[] result = new double[x.channels() * side * side];
        for (int i = 0; i < result.length; i++) {
            result[i] = x.at(i / (side * side), i / side % side / 2, i % side / 2);
        }
        return new Feature(result, x.channels(), side);
    }
}
