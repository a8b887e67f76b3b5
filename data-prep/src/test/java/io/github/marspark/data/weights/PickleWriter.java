package io.github.marspark.data.weights;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Emits the instructions of pickle protocol 2 one by one, in the order in which PyTorch's pickler emits them. */
final class PickleWriter {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int memo;

    PickleWriter() {
        op(0x80).op(2);
    }

    byte[] stop() {
        return op('.').toByteArray();
    }

    byte[] toByteArray() {
        return bytes.toByteArray();
    }

    PickleWriter op(int opcode) {
        bytes.write(opcode);
        return this;
    }

    PickleWriter raw(byte[] raw) {
        bytes.writeBytes(raw);
        return this;
    }

    PickleWriter line(String line) {
        return raw((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Keeps the top of the stack in the memo, as the pickler does after each object that may be shared. */
    PickleWriter memoize() {
        op(memo < 256 ? 'q' : 'r').raw(memo < 256 ? new byte[] {(byte) memo} : littleEndian(memo));
        memo++;
        return this;
    }

    PickleWriter mark() {
        return op('(');
    }

    PickleWriter global(String module, String name) {
        return op('c').line(module).line(name).memoize();
    }

    PickleWriter text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return op('X').raw(littleEndian(utf8.length)).raw(utf8).memoize();
    }

    PickleWriter integer(long value) {
        if (value >= 0 && value < 256) {
            return op('K').op((int) value);
        }
        if (value >= 0 && value < 65536) {
            return op('M').op((int) value & 0xff).op((int) value >> 8);
        }
        if (value == (int) value) {
            return op('J').raw(littleEndian((int) value));
        }
        return op(0x8a).op(Long.BYTES)
                .raw(ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(value)
                        .array());
    }

    PickleWriter real(double value) {
        return op('G').raw(ByteBuffer.allocate(Double.BYTES).putDouble(value).array());
    }

    PickleWriter none() {
        return op('N');
    }

    PickleWriter bool(boolean value) {
        return op(value ? 0x88 : 0x89);
    }

    PickleWriter emptyDict() {
        return op('}').memoize();
    }

    PickleWriter emptyOrderedDict() {
        return global("collections", "OrderedDict").op(')').op('R').memoize();
    }

    /** Puts the keys and values since the mark into the dict below it. */
    PickleWriter setItems() {
        return op('u');
    }

    PickleWriter tuple(long... values) {
        if (values.length == 0) {
            return op(')');
        }
        if (values.length > 3) {
            mark();
        }
        for (long value : values) {
            integer(value);
        }
        return op(values.length > 3 ? 't' : 0x84 + values.length).memoize();
    }

    /** Of a class of module torch, or of one below it with its name in front, {@code storage.UntypedStorage}. */
    PickleWriter storage(String storageClass, String key, long elements) {
        int dot = storageClass.lastIndexOf('.');
        return mark().text("storage")
                .global(dot < 0 ? "torch" : "torch." + storageClass.substring(0, dot), storageClass.substring(dot + 1))
                .text(key)
                .text("cpu")
                .integer(elements)
                .op('t')
                .memoize()
                .op('Q');
    }

    PickleWriter tensor(String storageClass, String key, long elements, long offset, long[] shape, long[] strides) {
        return global("torch._utils", "_rebuild_tensor_v2")
                .mark()
                .storage(storageClass, key, elements)
                .integer(offset)
                .tuple(shape)
                .tuple(strides)
                .bool(false)
                .emptyOrderedDict()
                .op('t')
                .memoize()
                .op('R')
                .memoize();
    }

    /** A float32 tensor that is the whole of its storage. */
    PickleWriter tensor(String key, long... shape) {
        long[] strides = new long[shape.length];
        long elements = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = elements;
            elements *= shape[i];
        }
        return tensor("FloatStorage", key, elements, 0, shape, strides);
    }

    private static byte[] littleEndian(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }
}
