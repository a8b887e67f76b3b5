package io.github.marspark.data.latent;

import io.github.marspark.data.avro.NumberType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;

/** Arrays of numbers as the little-endian bytes of a record, and back. */
public final class LatentNumbers {
    private LatentNumbers() {}

    /**
     * Numbers in the form that is written.
     *
     * @param bytes little-endian, from position 0
     * @param clamped how many values did not fit the type and became its largest or smallest finite one
     */
    public record Packed(ByteBuffer bytes, int clamped) {}

    /**
     * The size of a number.
     *
     * @param type its type
     * @return in bytes
     */
    public static int bytesOf(NumberType type) {
        return switch (type) {
            case FLOAT32 -> Float.BYTES;
            case FLOAT16 -> Short.BYTES;
        };
    }

    /**
     * Packs numbers, each to the nearest of the type, ties to even. Infinite ones, and those beyond the range of
     * float16, are clamped and counted.
     *
     * @param values any length
     * @param type the type to store
     * @return their bytes
     * @throws IllegalArgumentException if one is not a number
     */
    public static Packed pack(float[] values, NumberType type) {
        float limit = type == NumberType.FLOAT16 ? HalfPrecision.MAX : Float.MAX_VALUE;
        float overflow = type == NumberType.FLOAT16 ? HalfPrecision.OVERFLOW : Float.POSITIVE_INFINITY;
        ByteBuffer bytes = littleEndian(values.length * bytesOf(type));
        int clamped = 0;
        for (int at = 0; at < values.length; at++) {
            float value = values[at];
            if (!(Math.abs(value) < overflow)) {
                value = clamped(value, at, limit);
                clamped++;
            }
            put(bytes, value, type);
        }
        return new Packed(bytes.flip(), clamped);
    }

    /**
     * Unpacks numbers into a part of an array.
     *
     * @param bytes little-endian, from its position to its limit, neither of which changes
     * @param type their type
     * @param target takes them in single precision
     * @param offset where the first goes
     * @throws IndexOutOfBoundsException if they do not fit the target
     */
    public static void unpack(ByteBuffer bytes, NumberType type, float[] target, int offset) {
        ByteBuffer source = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (type == NumberType.FLOAT32) {
            source.asFloatBuffer().get(target, offset, source.remaining() / Float.BYTES);
            return;
        }
        ShortBuffer halves = source.asShortBuffer();
        short[] values = new short[halves.remaining()];
        halves.get(values);
        for (int at = 0; at < values.length; at++) {
            target[offset + at] = HalfPrecision.toFloat(values[at]);
        }
    }

    /**
     * Unpacks numbers.
     *
     * @param bytes little-endian, from its position to its limit, neither of which changes
     * @param type their type
     * @return them in single precision
     */
    public static float[] unpack(ByteBuffer bytes, NumberType type) {
        float[] values = new float[bytes.remaining() / bytesOf(type)];
        unpack(bytes, type, values, 0);
        return values;
    }

    private static void put(ByteBuffer bytes, float value, NumberType type) {
        if (type == NumberType.FLOAT16) {
            bytes.putShort(HalfPrecision.ofFloat(value));
        } else {
            bytes.putFloat(value);
        }
    }

    private static float clamped(float value, int at, float limit) {
        if (Float.isNaN(value)) {
            throw new IllegalArgumentException("values[" + at + "] is not a number, must be a number");
        }
        return Math.copySign(limit, value);
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
