package io.github.marspark.data.weights;

import io.github.marspark.data.weights.StoredTensor.Storage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;
import org.jspecify.annotations.Nullable;

/**
 * Reads the pickle of a PyTorch checkpoint as plain values and tensor descriptions; nothing named in it is executed.
 *
 * <p>A pickle is a program for a stack machine that may name any class or function. Here a name is looked up in this
 * class's own short list and nowhere else: the library's registry of constructors, which is shared by the process, its
 * reflection for object states, and every instruction that a state dict does not need stay out of reach. What is not on
 * the list is refused by its full name. One instance reads one pickle.
 */
final class StateDictUnpickler extends Unpickler {

    /** The attributes of an {@code argparse.Namespace}, as inert values. */
    record Namespace(Map<String, @Nullable Object> values) {}

    private static final Map<String, IObjectConstructor> FUNCTIONS = Map.of(
            "torch._utils._rebuild_tensor_v2", StateDictUnpickler::tensor,
            "torch._utils._rebuild_parameter", StateDictUnpickler::parameter,
            "torch.Size", arguments -> List.of((Object[]) arguments[0]),
            "torch.device", arguments -> String.valueOf(arguments[0]),
            "collections.OrderedDict", arguments -> emptyOnly(arguments, new LinkedHashMap<Object, Object>()),
            "argparse.Namespace", arguments -> emptyOnly(arguments, new Namespace(new LinkedHashMap<>())));

    private static final Map<String, ElementType> STORAGES = Arrays.stream(ElementType.values())
            .collect(Collectors.toUnmodifiableMap(type -> "torch." + type.torchStorage(), Function.identity()));

    /** Instructions that only move plain values on the stack, to the memo, or into tuples and lists. */
    private static final Set<Short> PLAIN = Set.of(
            Opcodes.PROTO,
            Opcodes.FRAME,
            Opcodes.STOP,
            Opcodes.MARK,
            Opcodes.NONE,
            Opcodes.NEWTRUE,
            Opcodes.NEWFALSE,
            Opcodes.BININT,
            Opcodes.BININT1,
            Opcodes.BININT2,
            Opcodes.LONG1,
            Opcodes.BINFLOAT,
            Opcodes.SHORT_BINUNICODE,
            Opcodes.SHORT_BINSTRING,
            Opcodes.SHORT_BINBYTES,
            Opcodes.EMPTY_TUPLE,
            Opcodes.TUPLE,
            Opcodes.TUPLE1,
            Opcodes.TUPLE2,
            Opcodes.TUPLE3,
            Opcodes.EMPTY_LIST,
            Opcodes.APPEND,
            Opcodes.APPENDS,
            Opcodes.BINGET,
            Opcodes.LONG_BINGET,
            Opcodes.BINPUT,
            Opcodes.LONG_BINPUT,
            Opcodes.MEMOIZE);

    private final Path file;

    private StateDictUnpickler(Path file) {
        this.file = file;
    }

    /**
     * Reads a pickle.
     *
     * @param file the checkpoint, for messages
     * @param pickle content of its {@code data.pkl}
     * @return maps, lists, tuples as arrays, text, numbers, {@link StoredTensor}, {@link Namespace}
     * @throws WeightFileException if the pickle is damaged or asks for something that is not on the list
     */
    static @Nullable Object read(Path file, byte[] pickle) {
        try {
            return new StateDictUnpickler(file).load(new ByteArrayInputStream(pickle));
        } catch (WeightFileException e) {
            throw e;
        } catch (IOException | PickleException | IllegalArgumentException e) {
            throw damaged(file, String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            throw damaged(file, "its instructions do not fit together", e);
        }
    }

    private static WeightFileException damaged(Path file, String reason, Exception cause) {
        String problem = "its pickle is damaged (" + reason + "); copy or save the file again";
        return new WeightFileException(file, problem, new IOException(problem, cause));
    }

    @Override
    protected Object dispatch(short opcode) throws IOException {
        switch (opcode) {
            case Opcodes.GLOBAL -> stack.add(named(PickleUtils.readline(input), PickleUtils.readline(input)));
            case Opcodes.STACK_GLOBAL -> addNamedByStack();
            case Opcodes.REDUCE, Opcodes.NEWOBJ -> call();
            case Opcodes.BUILD -> setState(stack.pop(), stack.peek());
            case Opcodes.BINPERSID -> stack.add(storage(tuple(stack.pop(), 5)));
            case Opcodes.EMPTY_DICT -> stack.add(new LinkedHashMap<>());
            case Opcodes.SETITEM -> addItem();
            case Opcodes.SETITEMS -> addItems(stack.pop_all_since_marker());
            case Opcodes.BINUNICODE, Opcodes.BINSTRING, Opcodes.BINBYTES -> loadSized(opcode, Integer.BYTES);
            case Opcodes.BINUNICODE8, Opcodes.BINBYTES8 -> loadSized(opcode, Long.BYTES);
            case Opcodes.INST -> throw refused(PickleUtils.readline(input), PickleUtils.readline(input));
            default -> {
                return super.dispatch(requirePlain(opcode));
            }
        }
        return NO_RETURN_VALUE;
    }

    private Object named(String module, String name) {
        String qualified = module + "." + name;
        IObjectConstructor function = FUNCTIONS.get(qualified);
        ElementType storage = STORAGES.get(qualified);
        if (function != null) {
            return function;
        }
        if (storage != null) {
            return storage;
        }
        throw refused(module, name);
    }

    private void addNamedByStack() {
        String name = text(stack.pop());
        stack.add(named(text(stack.pop()), name));
    }

    private void call() {
        Object[] arguments = tuple(stack.pop(), 0);
        if (!(stack.pop() instanceof IObjectConstructor function)) {
            throw new PickleException("something is called that is no function");
        }
        stack.add(function.construct(arguments));
    }

    /** Attributes: those of a namespace are kept, those of an ordered dict ({@code _metadata}) are dropped. */
    private static void setState(@Nullable Object state, @Nullable Object target) {
        if (target instanceof Namespace namespace && state instanceof Map<?, ?> values) {
            values.forEach((name, value) -> namespace.values().put(text(name), value));
        } else if (!(target instanceof Map)) {
            throw new PickleException("a state is set on something that has none");
        }
    }

    private void addItem() {
        Object value = stack.pop();
        Object key = stack.pop();
        put(stack.peek(), key, value);
    }

    private void addItems(List<?> keysAndValues) {
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            put(stack.peek(), keysAndValues.get(i), keysAndValues.get(i + 1));
        }
    }

    @SuppressWarnings("unchecked") // every map on the stack was put there by this class
    private static void put(@Nullable Object target, @Nullable Object key, @Nullable Object value) {
        if (!(target instanceof Map)) {
            throw new PickleException("an item is put into something that is no dict");
        }
        if (!(key instanceof String || key instanceof Number || key instanceof Boolean)) {
            throw new PickleException("a dict has a key that is neither text nor a number");
        }
        ((Map<Object, @Nullable Object>) target).put(key, value);
    }

    /** Text or bytes with their length in front, which must not exceed what is there: it would be allocated. */
    private void loadSized(short opcode, int lengthBytes) throws IOException {
        input.mark(lengthBytes);
        long length = 0;
        for (int i = 0; i < lengthBytes; i++) {
            length |= (long) PickleUtils.readbyte(input) << (Byte.SIZE * i);
        }
        if (length < 0 || length > input.available()) {
            throw new PickleException("text of " + length + " bytes goes beyond the end");
        }
        input.reset();
        super.dispatch(opcode);
    }

    private short requirePlain(short opcode) {
        if (!PLAIN.contains(opcode)) {
            throw new WeightFileException(
                    file,
                    "its pickle has the instruction 0x" + Integer.toHexString(opcode & 0xff)
                            + ", which a state dict does not need; refused, nothing was executed");
        }
        return opcode;
    }

    private WeightFileException refused(String module, String name) {
        return new WeightFileException(
                file,
                "its pickle asks for " + printable(module + "." + name)
                        + ", which a state dict does not need; refused, nothing was executed."
                        + " Save the file again with nothing but tensors, numbers and text in it");
    }

    private static Storage storage(Object[] id) {
        if (!"storage".equals(id[0]) || !(id[1] instanceof ElementType type)) {
            throw new PickleException("a persistent id is not that of a storage");
        }
        return new Storage(type, text(id[2]), integer(id[4]));
    }

    private static Object tensor(Object[] arguments) {
        if (arguments.length < 4 || !(arguments[0] instanceof Storage storage)) {
            throw new PickleException("a tensor has no storage");
        }
        Shape shape = new Shape(integers(arguments[2]));
        return new StoredTensor(storage, integer(arguments[1]), shape, integers(arguments[3]));
    }

    private static Object parameter(Object[] arguments) {
        if (arguments.length == 0 || !(arguments[0] instanceof StoredTensor tensor)) {
            throw new PickleException("a parameter has no tensor");
        }
        return tensor;
    }

    private static Object emptyOnly(Object[] arguments, Object created) {
        if (arguments.length > 0) {
            throw new PickleException("an object is created with arguments where none are expected");
        }
        return created;
    }

    private static Object[] tuple(@Nullable Object value, int leastLength) {
        if (!(value instanceof Object[] tuple) || tuple.length < leastLength) {
            throw new PickleException("a tuple of at least " + leastLength + " is missing");
        }
        return tuple;
    }

    private static List<Long> integers(@Nullable Object value) {
        Object[] values = value instanceof List<?> list ? list.toArray() : tuple(value, 0);
        return Arrays.stream(values).map(StateDictUnpickler::integer).toList();
    }

    private static long integer(@Nullable Object value) {
        if (!(value instanceof Integer || value instanceof Long)) {
            throw new PickleException("an integer is missing");
        }
        return ((Number) value).longValue();
    }

    private static String text(@Nullable Object value) {
        if (!(value instanceof String text)) {
            throw new PickleException("text is missing");
        }
        return text;
    }

    /** A name for a message: without control characters, not longer than a line. */
    private static String printable(String name) {
        String visible = name.replaceAll("\\p{Cntrl}", "?");
        return visible.length() > 120 ? visible.substring(0, 120) + "..." : visible;
    }
}
