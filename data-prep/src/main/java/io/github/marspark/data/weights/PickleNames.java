package io.github.marspark.data.weights;

import static java.util.Map.entry;

import io.github.marspark.data.weights.StoredTensor.Storage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.PickleException;
import org.jspecify.annotations.Nullable;

/**
 * The names that a checkpoint's pickle may ask for, and what stands for each of them here: a description of a tensor, a
 * plain value, or an object that does nothing.
 */
final class PickleNames {

    private static final Map<String, IObjectConstructor> FUNCTIONS = Map.ofEntries(
            entry("torch._utils._rebuild_tensor", PickleNames::tensor),
            entry("torch._utils._rebuild_tensor_v2", PickleNames::tensor),
            entry("torch._utils._rebuild_tensor_v3", PickleNames::typedTensor),
            entry("torch._utils._rebuild_parameter", PickleNames::parameter),
            entry("torch._utils._rebuild_parameter_with_state", PickleNames::parameter),
            entry("torch._tensor._rebuild_from_type_v2", PickleNames::ofSubclass),
            entry("torch._utils._rebuild_qtensor", unreadable("quantised tensor")),
            entry("torch._utils._rebuild_sparse_tensor", unreadable("sparse tensor")),
            entry("torch._utils._rebuild_sparse_csr_tensor", unreadable("sparse tensor")),
            entry("torch._utils._rebuild_nested_tensor", unreadable("nested tensor")),
            entry("torch._utils._rebuild_meta_tensor_no_storage", unreadable("tensor without values")),
            entry("torch._utils._rebuild_device_tensor_from_numpy", unreadable("tensor of another device")),
            entry("torch._utils._rebuild_wrapper_subclass", unreadable("wrapped tensor")),
            entry("torch.Size", PickleNames::tuple),
            entry("torch.device", PickleNames::text),
            entry("torch.serialization._get_layout", PickleNames::text),
            entry("collections.OrderedDict", PickleNames::dict),
            entry("collections.Counter", PickleNames::dict),
            entry("collections.defaultdict", arguments -> dict(lastOf(arguments))),
            entry("collections.deque", PickleNames::list),
            entry("argparse.Namespace", object("argparse.Namespace")),
            entry("copy_reg._reconstructor", PickleNames::instance),
            entry("copyreg._reconstructor", PickleNames::instance),
            entry("_codecs.encode", PickleNames::bytes),
            entry("numpy.dtype", object("numpy.dtype")),
            entry("numpy.core.multiarray.scalar", object("numpy scalar")),
            entry("numpy._core.multiarray.scalar", object("numpy scalar")),
            entry("numpy.core.multiarray._reconstruct", object("numpy array")),
            entry("numpy._core.multiarray._reconstruct", object("numpy array")));

    private static final Map<String, IObjectConstructor> BUILT_IN = Map.ofEntries(
            entry("dict", PickleNames::dict),
            entry("list", PickleNames::list),
            entry("set", PickleNames::list),
            entry("frozenset", PickleNames::tuple),
            entry("complex", object("complex")),
            entry("slice", object("slice")),
            entry("range", object("range")),
            entry("xrange", object("range")),
            entry("bytearray", object("bytearray")));

    /** Types that are mentioned, as default factories or keys; nothing calls them. */
    private static final Pattern MENTIONED =
            Pattern.compile("(?:__builtin__|builtins)\\.(?:object|type|int|long|float|bool"
                    + "|str|bytes|unicode|tuple)|typing\\.\\w+|torch\\.\\w+|torch\\._tensor\\.Tensor|torch\\.nn\\.parameter\\.\\w+"
                    + "|numpy\\.\\w+");

    /** What trainers put beside the weights: settings and callbacks, whose classes are only data here. */
    private static final Pattern SETTINGS = Pattern.compile(
            "(?:pytorch_lightning|lightning|lightning_fabric|omegaconf)\\..+|pathlib\\.(?:Pure)?(?:Posix|Windows)?Path");

    private PickleNames() {}

    /** What a name stands for, if it may be asked for: a function, a {@link StorageType}, or an inert object. */
    static Optional<Object> find(String module, String name) {
        String qualified = module + "." + name;
        IObjectConstructor function = module.equals("builtins") || module.equals("__builtin__")
                ? BUILT_IN.get(name)
                : FUNCTIONS.get(qualified);
        if (function != null) {
            return Optional.of(function);
        }
        Optional<StorageType> storage = StorageType.ofClass(module, name);
        if (storage.isPresent()) {
            return Optional.of(storage.get());
        }
        return Stream.of(MENTIONED, SETTINGS)
                        .anyMatch(names -> names.matcher(qualified).matches())
                ? Optional.of(new PickledObject(qualified))
                : Optional.empty();
    }

    /** Whether instances of a class that was only mentioned may be made of it. */
    static boolean isSettings(String qualified) {
        return SETTINGS.matcher(qualified).matches();
    }

    private static IObjectConstructor object(String type) {
        return arguments -> new PickledObject(type);
    }

    private static IObjectConstructor unreadable(String kind) {
        return arguments -> StoredTensor.unreadable(kind);
    }

    private static Object tensor(Object[] arguments) {
        if (arguments.length < 4 || !(arguments[0] instanceof Storage storage)) {
            throw new PickleException("a tensor has no storage");
        }
        Shape shape = new Shape(PickleValues.integers(arguments[2]));
        return new StoredTensor(
                storage, PickleValues.integer(arguments[1]), shape, PickleValues.integers(arguments[3]));
    }

    /** A tensor whose storage is bytes and whose number type stands behind the hooks. */
    private static Object typedTensor(Object[] arguments) {
        if (arguments.length < 7
                || !(arguments[0] instanceof Storage storage)
                || !(arguments[6] instanceof PickledObject type)) {
            throw new PickleException("a tensor has no storage or no number type");
        }
        StorageType number = StorageType.ofNumberType(
                        type.type().substring(type.type().lastIndexOf('.') + 1))
                .orElseThrow(() -> new PickleException("a tensor's number type is " + type + ", which is unknown"));
        Object[] described = arguments.clone();
        described[0] = new Storage(number, storage.key(), storage.bytes() / number.bytes());
        return tensor(described);
    }

    private static Object parameter(Object[] arguments) {
        if (arguments.length == 0 || !(arguments[0] instanceof StoredTensor tensor)) {
            throw new PickleException("a parameter has no tensor");
        }
        return tensor;
    }

    private static Object ofSubclass(Object[] arguments) {
        if (arguments.length < 3
                || !(arguments[0] instanceof IObjectConstructor function)
                || !(arguments[2] instanceof Object[] inner)) {
            throw new PickleException("a tensor of a subclass has no tensor");
        }
        return function.construct(inner);
    }

    private static Object instance(Object[] arguments) {
        if (arguments.length == 0 || !(arguments[0] instanceof PickledObject type)) {
            throw new PickleException("an object has no class");
        }
        return new PickledObject(type.type());
    }

    private static Object tuple(Object[] arguments) {
        return arguments.length == 0
                ? arguments
                : PickleValues.list(arguments[0]).toArray();
    }

    private static Object text(Object[] arguments) {
        return Arrays.stream(arguments).map(String::valueOf).collect(Collectors.joining(":"));
    }

    private static Object bytes(Object[] arguments) {
        if (arguments.length == 0) {
            throw new PickleException("text is missing");
        }
        return PickleValues.text(arguments[0]).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Object[] lastOf(Object[] arguments) {
        return arguments.length < 2 ? new Object[0] : new Object[] {arguments[1]};
    }

    private static Object dict(Object[] arguments) {
        Map<Object, @Nullable Object> dict = new LinkedHashMap<>();
        if (arguments.length > 0 && arguments[0] instanceof Map<?, ?> items) {
            items.forEach((key, value) -> PickleValues.put(dict, key, value));
        } else if (arguments.length > 0) {
            PickleValues.list(arguments[0]).forEach(item -> {
                Object[] pair = item instanceof List<?> list ? list.toArray() : PickleValues.tuple(item, 2);
                PickleValues.put(dict, pair[0], pair[1]);
            });
        }
        return dict;
    }

    private static Object list(Object[] arguments) {
        return arguments.length == 0 ? new ArrayList<>() : new ArrayList<>(PickleValues.list(arguments[0]));
    }
}
