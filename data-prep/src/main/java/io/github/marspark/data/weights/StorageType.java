package io.github.marspark.data.weights;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Optional;

/**
 * What a storage of a PyTorch file consists of.
 *
 * @param name of PyTorch's class or number type, for messages
 * @param type as which its elements are read
 * @param bytes size of an element
 */
record StorageType(String name, ElementType type, int bytes) {

    /** Bytes whose meaning their tensor tells. */
    static final StorageType UNTYPED = new StorageType("UntypedStorage", ElementType.U8, 1);

    private static final Map<String, ElementType> READ = Map.ofEntries(
            entry("DoubleStorage", ElementType.F64),
            entry("FloatStorage", ElementType.F32),
            entry("HalfStorage", ElementType.F16),
            entry("BFloat16Storage", ElementType.BF16),
            entry("LongStorage", ElementType.I64),
            entry("IntStorage", ElementType.I32),
            entry("ShortStorage", ElementType.I16),
            entry("CharStorage", ElementType.I8),
            entry("ByteStorage", ElementType.U8),
            entry("BoolStorage", ElementType.BOOL));

    private static final Map<String, Integer> OTHERS = Map.of(
            "ComplexFloatStorage", 8,
            "ComplexDoubleStorage", 16,
            "QInt8Storage", 1,
            "QUInt8Storage", 1,
            "QInt32Storage", 4,
            "QUInt4x2Storage", 1,
            "QUInt2x4Storage", 1);

    private static final Map<String, ElementType> NUMBER_TYPES = Map.ofEntries(
            entry("float64", ElementType.F64),
            entry("float32", ElementType.F32),
            entry("float16", ElementType.F16),
            entry("bfloat16", ElementType.BF16),
            entry("int64", ElementType.I64),
            entry("int32", ElementType.I32),
            entry("int16", ElementType.I16),
            entry("int8", ElementType.I8),
            entry("uint8", ElementType.U8),
            entry("bool", ElementType.BOOL));

    private static final Map<String, Integer> OTHER_NUMBER_TYPES = Map.ofEntries(
            entry("uint16", 2),
            entry("uint32", 4),
            entry("uint64", 8),
            entry("complex32", 4),
            entry("complex64", 8),
            entry("complex128", 16),
            entry("float8_e4m3fn", 1),
            entry("float8_e5m2", 1),
            entry("float8_e4m3fnuz", 1),
            entry("float8_e5m2fnuz", 1),
            entry("float8_e8m0fnu", 1));

    /** The storage class of a name in module {@code torch} or {@code torch.storage}. */
    static Optional<StorageType> ofClass(String module, String name) {
        if (module.equals("torch.storage")) {
            return name.matches("_?UntypedStorage") ? Optional.of(UNTYPED) : Optional.empty();
        }
        return module.equals("torch") ? named(name, READ, OTHERS) : Optional.empty();
    }

    /** The number type of a name in module {@code torch}, {@code float32} for one. */
    static Optional<StorageType> ofNumberType(String name) {
        return named(name, NUMBER_TYPES, OTHER_NUMBER_TYPES);
    }

    private static Optional<StorageType> named(
            String name, Map<String, ElementType> read, Map<String, Integer> others) {
        ElementType type = read.get(name);
        if (type != null) {
            return Optional.of(new StorageType(name, type, type.bytes()));
        }
        return Optional.ofNullable(others.get(name)).map(bytes -> new StorageType(name, ElementType.OTHER, bytes));
    }
}
