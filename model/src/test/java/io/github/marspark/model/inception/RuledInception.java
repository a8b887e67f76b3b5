package io.github.marspark.model.inception;

import io.github.marspark.model.fixtures.FidFixtures;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.tensor.Matrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Weights and images of the recorded values, by their rule: the i-th value of a name is a hash of both and of a seed,
 * {@code v} uniform in [-1, 1).
 *
 * <pre>
 * .conv.weight                v sqrt(6 / inputs of an output)
 * .bn.weight                  1 + v / 4
 * .bn.bias, .bn.running_mean  v / 4
 * .bn.running_var             1 + v / 2
 * fc.weight                   v sqrt(6 / 2048)
 * fc.bias                     v / 2
 * </pre>
 */
public final class RuledInception {
    private static final Npz FIXTURE = FidFixtures.npz("inception");

    private RuledInception() {}

    private static int mix(int value) {
        int x = value;
        x ^= x >>> 16;
        x *= 0x7feb352d;
        x ^= x >>> 15;
        x *= 0x846ca68b;
        return x ^ (x >>> 16);
    }

    private static int base(String name) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        return mix((int) (crc.getValue() + FIXTURE.longs("rule.seed")[0]));
    }

    /** The values of a tensor. */
    public static float[] tensor(ParameterSpec spec) {
        String name = spec.name();
        int[] shape = spec.shape();
        int base = base(name);
        float[] values = new float[spec.size()];
        for (int i = 0; i < values.length; i++) {
            double v = (mix(base + i) >>> 8) * 0x1p-23 - 1;
            values[i] = (float) value(name, v, spec.size() / shape[0]);
        }
        return values;
    }

    private static double value(String name, double v, int inputs) {
        if (name.endsWith(".conv.weight") || name.equals("fc.weight")) {
            return v * Math.sqrt(6.0 / inputs);
        }
        if (name.equals("fc.bias")) {
            return 0.5 * v;
        }
        if (name.endsWith(".bn.running_var")) {
            return 1 + 0.5 * v;
        }
        return name.endsWith(".bn.weight") ? 1 + 0.25 * v : 0.25 * v;
    }

    /** All parameters of the network. */
    public static INDArray parameters() {
        ParameterLayout layout = InceptionNetwork.layout();
        INDArray values = Nd4j.create(DataType.FLOAT, layout.size());
        for (int i = 0; i < layout.specs().size(); i++) {
            ParameterSpec spec = layout.specs().get(i);
            Matrix.part(values, layout.offset(i), 1, spec.size()).assign(tensor(spec));
        }
        return values;
    }

    /** CRC-32 of float32 values, little-endian. */
    static long checksum(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        CRC32 crc = new CRC32();
        crc.update(bytes.array());
        return crc.getValue();
    }

    /**
     * An image.
     *
     * @param number which; the first is of single pixels, the others of cells of 4 and of 8 pixels with noise
     * @return unsigned bytes, {@code (3, H, W)}
     */
    static byte[] image(int number) {
        int[] shape = FIXTURE.shape("image." + number + ".corner");
        int[] sizes = FIXTURE.ints("image." + number + ".shape");
        byte[] samples = new byte[shape[0] * sizes[1] * sizes[2]];
        int base = base("image." + number);
        int cells = base("image." + number + ".cells");
        int noise = base("image." + number + ".noise");
        int side = number == 1 ? 4 : 8;
        int rows = (sizes[1] + side - 1) / side;
        int columns = (sizes[2] + side - 1) / side;
        for (int i = 0; i < samples.length; i++) {
            int plane = i / (sizes[1] * sizes[2]);
            int y = i / sizes[2] % sizes[1];
            int x = i % sizes[2];
            int grey = mix(cells + (plane * rows + y / side) * columns + x / side) >>> 24;
            samples[i] = (byte) (number == 0 ? mix(base + i) >>> 24 : ((grey * 7) >>> 3) + (mix(noise + i) >>> 27));
        }
        return samples;
    }
}
