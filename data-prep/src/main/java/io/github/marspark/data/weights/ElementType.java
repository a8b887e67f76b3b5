package io.github.marspark.data.weights;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Number types that weight files hold, each but {@link #OTHER} readable as float32.
 *
 * <p>{@link #F32}, {@link #F16}, {@link #BF16} and the integers of up to 16 bits become float32 without loss, NaN
 * payloads included; {@link #F64}, {@link #I64} and {@link #I32} are rounded to the nearest float32.
 */
public enum ElementType {
    /** IEEE 754 binary64. */
    F64(8) {
        @Override
        void widenOne(ByteBuffer from, ByteBuffer to) {
            to.putFloat((float) from.getDouble());
        }
    },
    /** IEEE 754 binary32. */
    F32(4) {
        @Override
        void widenOne(ByteBuffer from, ByteBuffer to) {
            to.putInt(from.getInt());
        }

        @Override
        FloatBuffer widen(ByteBuffer from) {
            return from.asFloatBuffer();
        }
    },
    /** IEEE 754 binary16. */
    F16(2) {
        @Override
        void widenOne(ByteBuffer from, ByteBuffer to) {
            to.putInt(halfToFloatBits(from.getShort()));
        }
    },
    /** The upper half of a binary32. */
    BF16(2) {
        @Override
        void widenOne(ByteBuffer from, ByteBuffer to) {
            to.putInt(from.getShort() << 16);
        }
    },
    /** Signed, 64 bits. */
    I64(8) {
        @Override
        void widenOne(ByteBuffer from, ByteBuffer to) {
            to.putFloat((float) from.getLong());
        }
    },
    /** Signed, 32 bits. */
    I32(4) {
        @Override
        void widenOne(ByteBuffer from, ByteBuffer to) {
            to.putFloat(from.getInt());
        }
    },
    /** Signed, 16 bits. */
    I16(2) {
        @Override
        void widenOne(ByteBuffer from, ByteBuffer to) {
            to.putFloat(from.getShort());
        }
    },
    /** Signed, 8 bits. */
    I8(1) {
        @Override
        void widenOne(ByteBuffer from, ByteBuffer to) {
            to.putFloat(from.get());
        }
    },
    /** Unsigned, 8 bits. */
    U8(1) {
        @Override
        void widenOne(ByteBuffer from, ByteBuffer to) {
            to.putFloat(Byte.toUnsignedInt(from.get()));
        }
    },
    /** One byte, 0 for false and anything else for true; read as 0 and 1. */
    BOOL(1) {
        @Override
        void widenOne(ByteBuffer from, ByteBuffer to) {
            to.putFloat(from.get() == 0 ? 0f : 1f);
        }
    },
    /** What no weight of a network here is: complex, quantised, sparse or of a few bits. Known by name, never read. */
    OTHER(0) {
        @Override
        void widenOne(ByteBuffer from, ByteBuffer to) {
            throw new IllegalStateException("values of this kind are not read");
        }
    };

    private static final int HALF_SUBNORMAL_EXPONENT = -24;

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /**
     * Size of one element.
     *
     * @return bytes an element, 0 for {@link #OTHER}
     */
    public int bytes() {
        return bytes;
    }

    /** The type of that name in a safetensors header, {@code F32} for one, if it is among the known. */
    static Optional<ElementType> named(String name) {
        return Arrays.stream(values())
                .filter(type -> type != OTHER && type.name().equals(name))
                .findFirst();
    }

    /** All elements between position and limit as float32; may share memory with {@code from}. */
    FloatBuffer widen(ByteBuffer from) {
        ByteBuffer widened = ByteBuffer.allocate(from.remaining() / bytes * Float.BYTES);
        while (widened.hasRemaining()) {
            widenOne(from, widened);
        }
        return widened.flip().asFloatBuffer();
    }

    abstract void widenOne(ByteBuffer from, ByteBuffer to);

    /** binary16 to binary32: sign 1, exponent 5 to 8 with its bias from 15 to 127, fraction 10 to 23 bits. */
    private static int halfToFloatBits(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >> 10) & 0x1f;
        int fraction = half & 0x3ff;
        return switch (exponent) {
            case 0 -> sign | Float.floatToRawIntBits(Math.scalb((float) fraction, HALF_SUBNORMAL_EXPONENT));
            case 0x1f -> sign | 0x7f800000 | (fraction << 13);
            default -> sign | ((exponent + 127 - 15) << 23) | (fraction << 13);
        };
    }
}
