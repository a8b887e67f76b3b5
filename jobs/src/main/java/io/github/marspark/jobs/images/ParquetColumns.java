package io.github.marspark.jobs.images;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Which columns of a Parquet file hold images and labels, by the names that people give them, or by the recipe.
 *
 * @param schema of the file
 * @param settings of the recipe
 */
record ParquetColumns(MessageType schema, ImageSettings settings) {
    /** The field of a struct that holds the bytes, as data sets of Hugging Face have it. */
    static final String BYTES = "bytes";

    /** The field beside it. */
    static final String PATH = "path";

    private static final List<String> IMAGES = List.of(
            "image",
            "img",
            "picture",
            "photo",
            "jpg",
            "jpeg",
            "png",
            "webp",
            "image_bytes",
            "image.bytes",
            "img_bytes",
            "image_data",
            "bytes",
            "data",
            "content");
    private static final int SHOWN = 30;

    /** The column of images, or nothing if none is sure to be it. */
    Optional<Type> image() {
        if (!settings.imageColumn().isEmpty()) {
            return named(settings.imageColumn()).filter(ParquetColumns::isImage);
        }
        return first(IMAGES, ParquetColumns::isImage).or(() -> {
            List<Type> images =
                    schema.getFields().stream().filter(ParquetColumns::isImage).toList();
            return images.size() == 1 ? Optional.of(images.get(0)) : Optional.empty();
        });
    }

    /** The column of labels, or nothing if there is none or none is wanted. */
    Optional<Type> label() {
        if (!settings.labelled()) {
            return Optional.empty();
        }
        return settings.labelColumn().isEmpty()
                ? first(FoundLabel.FIELDS, type -> sparkType(type) != null)
                : named(settings.labelColumn());
    }

    /** What speaks against reading images of this file: the columns that it has, and what can be done. */
    Optional<String> refusal() {
        Optional<Type> image = image();
        if (image.isEmpty()) {
            return Optional.of(textOfImages()
                    .map(text ->
                            "has text in its column %s, paths or addresses perhaps, but no bytes of images; write the bytes into it, or lay the files into class folders"
                                    .formatted(text.getName()))
                    .orElseGet(() ->
                            "has the columns %s, and none of them is sure to hold the images, as bytes or as a struct with bytes; name it with encode.image-column=…"
                                    .formatted(columns())));
        }
        Optional<Type> label = label();
        if (label.isPresent() && sparkType(label.get()) == null) {
            return Optional.of(
                    "has a column %s of labels whose type is %s, but labels are whole numbers or names; cast it, or name another with encode.label-column=…"
                            .formatted(label.get().getName(), typeName(label.get())));
        }
        return Stream.concat(image.stream(), label.stream())
                .map(Type::getName)
                .filter(this::hasTwin)
                .findFirst()
                .map(
                        "has two columns whose names differ from %s in capitals at most, which Spark cannot tell apart; rename one"
                                ::formatted);
    }

    private Optional<Type> textOfImages() {
        return settings.imageColumn().isEmpty()
                ? first(IMAGES, ParquetColumns::isText)
                : named(settings.imageColumn()).filter(ParquetColumns::isText);
    }

    /** Names and types of all columns. */
    String columns() {
        String shown = schema.getFields().stream()
                .limit(SHOWN)
                .map(type -> type.getName() + " (" + typeName(type) + ")")
                .collect(Collectors.joining(", "));
        return schema.getFieldCount() > SHOWN ? shown + ", …" : shown;
    }

    /** A type as Spark names it, of one that labels may have; null of others. */
    static @Nullable String sparkType(Type type) {
        if (!type.isPrimitive() || type.isRepetition(Type.Repetition.REPEATED)) {
            return null;
        }
        PrimitiveType primitive = type.asPrimitiveType();
        LogicalTypeAnnotation meaning = primitive.getLogicalTypeAnnotation();
        return switch (primitive.getPrimitiveTypeName()) {
            case BOOLEAN -> "BOOLEAN";
            case FLOAT -> "FLOAT";
            case DOUBLE -> "DOUBLE";
            case BINARY -> isText(type) ? "STRING" : null;
            case INT32 -> meaning == null ? "INT" : wholeType(meaning);
            case INT64 -> meaning == null ? "BIGINT" : wholeType(meaning);
            default -> null;
        };
    }

    private static @Nullable String wholeType(LogicalTypeAnnotation meaning) {
        if (!(meaning instanceof IntLogicalTypeAnnotation whole)) {
            return null;
        }
        return switch (whole.isSigned() ? whole.getBitWidth() : 2 * whole.getBitWidth()) {
            case 8 -> "TINYINT";
            case 16 -> "SMALLINT";
            case 32 -> "INT";
            case 64 -> "BIGINT";
            default -> "DECIMAL(20,0)";
        };
    }

    private static boolean isImage(Type type) {
        if (type.isRepetition(Type.Repetition.REPEATED)) {
            return false;
        }
        return type.isPrimitive() ? isBytes(type) : bytesOf(type.asGroupType()).isPresent();
    }

    /** The bytes in a struct. */
    private static Optional<Type> bytesOf(GroupType struct) {
        return struct.containsField(BYTES)
                ? Optional.of(struct.getType(BYTES)).filter(ParquetColumns::isBytes)
                : Optional.empty();
    }

    private static boolean isBytes(Type type) {
        return type.isPrimitive()
                && type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY
                && type.getLogicalTypeAnnotation() == null;
    }

    private static boolean isText(Type type) {
        return type.isPrimitive() && type.getLogicalTypeAnnotation() instanceof StringLogicalTypeAnnotation;
    }

    /** The part of a file that has to be read for its images. */
    MessageType imagesOnly() {
        Type image = image().orElseThrow();
        if (image.isPrimitive()) {
            return new MessageType(schema.getName(), image);
        }
        List<Type> fields = new ArrayList<>(List.of(image.asGroupType().getType(BYTES)));
        if (image.asGroupType().containsField(PATH)
                && isText(image.asGroupType().getType(PATH))) {
            fields.add(image.asGroupType().getType(PATH));
        }
        return new MessageType(schema.getName(), image.asGroupType().withNewFields(fields));
    }

    private Optional<Type> first(List<String> names, Predicate<Type> fits) {
        return names.stream().flatMap(name -> named(name).stream()).filter(fits).findFirst();
    }

    private Optional<Type> named(String name) {
        return schema.getFields().stream()
                .filter(type -> type.getName().equalsIgnoreCase(name))
                .findFirst();
    }

    private boolean hasTwin(String name) {
        return schema.getFields().stream()
                        .filter(type -> type.getName().equalsIgnoreCase(name))
                        .count()
                > 1;
    }

    private static String typeName(Type type) {
        LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
        String name = meaning != null
                ? meaning.toString()
                : type.isPrimitive()
                        ? type.asPrimitiveType().getPrimitiveTypeName().name()
                        : type.asGroupType().getFields().stream()
                                .map(Type::getName)
                                .collect(Collectors.joining(", ", "struct of ", ""));
        return (type.isRepetition(Type.Repetition.REPEATED) ? "several of " : "") + name.toLowerCase(Locale.ROOT);
    }
}
