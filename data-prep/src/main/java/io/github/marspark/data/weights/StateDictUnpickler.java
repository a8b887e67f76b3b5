package io.github.marspark.data.weights;

import io.github.marspark.data.weights.StoredTensor.Storage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;
import org.jspecify.annotations.Nullable;

/**
 * Reads the pickles of a PyTorch checkpoint as plain values and tensor descriptions; nothing named in them is executed.
 *
 * <p>A pickle is a program for a stack machine that may name any class or function. Here a name is looked up in
 * {@link PickleNames} and nowhere else: the library's registry of constructors, which is shared by the process, its
 * reflection for object states, and every instruction that a state dict does not need stay out of reach. What is not on
 * the list is refused by its full name. One instance reads the pickles of one file.
 */
final class StateDictUnpickler extends Unpickler {

    /** Instructions that only move plain values on the stack, to the memo, or into tuples. */
    private static final Set<Short> PLAIN = Set.of(
            Opcodes.PROTO,
            Opcodes.FRAME,
            Opcodes.STOP,
            Opcodes.MARK,
            Opcodes.POP,
            Opcodes.POP_MARK,
            Opcodes.NONE,
            Opcodes.NEWTRUE,
            Opcodes.NEWFALSE,
            Opcodes.INT,
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
            Opcodes.BINGET,
            Opcodes.LONG_BINGET,
            Opcodes.BINPUT,
            Opcodes.LONG_BINPUT,
            Opcodes.MEMOIZE);

    /** A thousand tensors with an optimiser's state need some hundred thousand. */
    private static final int MOST_INSTRUCTIONS = 1 << 22;

    private final Path file;
    private final Map<String, Storage> storages = new LinkedHashMap<>();
    private int instructions;

    /** A reader of one file's pickles. */
    StateDictUnpickler(Path file) {
        this.file = file;
    }

    /**
     * Reads one pickle and leaves the stream behind it.
     *
     * @param stream bytes in memory
     * @return maps, lists, tuples as arrays, text, numbers, {@link StoredTensor}, {@link PickledObject}
     * @throws WeightFileException if the pickle is damaged or asks for something that is not on the list
     */
    @Nullable
    Object next(ByteArrayInputStream stream) {
        try {
            return load(stream);
        } catch (WeightFileException e) {
            throw e;
        } catch (IOException | PickleException | IllegalArgumentException e) {
            throw damaged(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            throw damaged("its instructions do not fit together", e);
        }
    }

    /** Every storage that was named so far, by its key. */
    Map<String, Storage> storages() {
        return storages;
    }

    private WeightFileException damaged(String reason, Exception cause) {
        String problem = "its pickle is damaged (" + reason + "); copy or save the file again";
        return new WeightFileException(file, problem, new IOException(problem, cause));
    }

    @Override
    protected Object dispatch(short opcode) throws IOException {
        if (++instructions > MOST_INSTRUCTIONS) {
            throw new WeightFileException(
                    file,
                    "its pickle has more than " + MOST_INSTRUCTIONS
                            + " instructions, which no state dict needs; refused, nothing was executed");
        }
        switch (opcode) {
            case Opcodes.GLOBAL -> stack.add(named(PickleUtils.readline(input), PickleUtils.readline(input)));
            case Opcodes.STACK_GLOBAL -> addNamedByStack();
            case Opcodes.REDUCE, Opcodes.NEWOBJ -> call();
            case Opcodes.BUILD -> setState(stack.pop(), stack.peek());
            case Opcodes.BINPERSID -> stack.add(storage(PickleValues.tuple(stack.pop(), 5)));
            case Opcodes.EMPTY_DICT -> stack.add(new LinkedHashMap<>());
            case Opcodes.EMPTY_LIST, Opcodes.EMPTY_SET -> stack.add(new ArrayList<>());
            case Opcodes.FROZENSET -> stack.add(stack.pop_all_since_marker().toArray());
            case Opcodes.SETITEM -> addItem();
            case Opcodes.SETITEMS -> addItems(stack.pop_all_since_marker());
            case Opcodes.APPEND -> addElements(Collections.singletonList(stack.pop()));
            case Opcodes.APPENDS, Opcodes.ADDITEMS -> addElements(stack.pop_all_since_marker());
            case Opcodes.LONG -> stack.add(PickleValues.decimal(PickleUtils.readline(input)));
            case Opcodes.BINUNICODE, Opcodes.BINSTRING, Opcodes.BINBYTES, Opcodes.LONG4 ->
                loadSized(opcode, Integer.BYTES);
            case Opcodes.BINUNICODE8, Opcodes.BINBYTES8 -> loadSized(opcode, Long.BYTES);
            case Opcodes.INST -> throw refused(PickleUtils.readline(input) + "." + PickleUtils.readline(input));
            default -> {
                return super.dispatch(requirePlain(opcode));
            }
        }
        return NO_RETURN_VALUE;
    }

    private Object named(String module, String name) {
        return PickleNames.find(module, name).orElseThrow(() -> refused(module + "." + name));
    }

    private void addNamedByStack() {
        String name = PickleValues.text(stack.pop());
        stack.add(named(PickleValues.text(stack.pop()), name));
    }

    private void call() {
        Object[] arguments = PickleValues.tuple(stack.pop(), 0);
        Object called = stack.pop();
        if (called instanceof IObjectConstructor function) {
            stack.add(function.construct(arguments));
        } else if (called instanceof PickledObject type) {
            stack.add(instance(type));
        } else {
            throw new PickleException("something is called that is no function");
        }
    }

    private PickledObject instance(PickledObject type) {
        if (!PickleNames.isSettings(type.type())) {
            throw refused(type.type());
        }
        return new PickledObject(type.type());
    }

    /** Attributes of an object are kept; those of an ordered dict ({@code _metadata}) or a tensor are dropped. */
    private static void setState(@Nullable Object state, @Nullable Object target) {
        if (target instanceof PickledObject object && state instanceof Map<?, ?> values) {
            values.forEach((name, value) -> PickleValues.put(object.items(), name, value));
        } else if (target instanceof PickledObject object) {
            object.elements().add(state);
        } else if (!(target instanceof Map || target instanceof List || target instanceof StoredTensor)) {
            throw new PickleException("a state is set on something that has none");
        }
    }

    private void addItem() {
        Object value = stack.pop();
        Object key = stack.pop();
        put(key, value);
    }

    private void addItems(List<?> keysAndValues) {
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            put(keysAndValues.get(i), keysAndValues.get(i + 1));
        }
    }

    @SuppressWarnings("unchecked") // every map on the stack was put there by this class
    private void put(@Nullable Object key, @Nullable Object value) {
        Object target = stack.peek();
        if (!(target instanceof Map || target instanceof PickledObject)) {
            throw new PickleException("an item is put into something that is no dict");
        }
        PickleValues.put(
                target instanceof PickledObject object ? object.items() : (Map<Object, @Nullable Object>) target,
                key,
                value);
    }

    @SuppressWarnings("unchecked") // every list on the stack was put there by this class
    private void addElements(List<?> elements) {
        Object target = stack.peek();
        if (!(target instanceof List || target instanceof PickledObject)) {
            throw new PickleException("an element is added to something that is no list");
        }
        (target instanceof PickledObject object ? object.elements() : (List<@Nullable Object>) target).addAll(elements);
    }

    /** Text, bytes or a number with their length in front, which must not exceed what is there: it would be allocated. */
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

    private WeightFileException refused(String name) {
        return new WeightFileException(
                file,
                "its pickle asks for " + Printable.of(name)
                        + ", which a state dict does not need; refused, nothing was executed."
                        + " Save the file again with nothing but tensors, numbers and text in it");
    }

    private Storage storage(Object[] id) {
        if (!"storage".equals(id[0]) || !(id[1] instanceof StorageType type)) {
            throw new PickleException("a persistent id is not that of a storage");
        }
        if (id.length > 5 && id[5] != null) {
            throw new PickleException("a storage is a view of another, as PyTorch wrote before 0.4");
        }
        Storage storage = new Storage(type, PickleValues.text(id[2]), PickleValues.integer(id[4]));
        Storage before = storages.putIfAbsent(storage.key(), storage);
        if (storage.elements() < 0 || (before != null && !before.equals(storage))) {
            throw new PickleException("storage " + Printable.of(storage.key()) + " is described in two ways");
        }
        return storage;
    }
}
