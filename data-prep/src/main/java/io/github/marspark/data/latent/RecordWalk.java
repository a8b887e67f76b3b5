package io.github.marspark.data.latent;

import java.io.IOException;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;

/**
 * Goes over the bytes of a record without making anything of them. Unlike Avro's own, it goes forward only: a length below 0
 * would lead it back to where it came from, for ever.
 */
final class RecordWalk {
    private RecordWalk() {}

    /**
     * Passes over a value.
     *
     * @param schema of the value, of the types that records of latents have
     * @param at where the value begins, and ends afterwards
     * @throws IOException if it is damaged or ends before
     */
    static void skip(Schema schema, BinaryDecoder at) throws IOException {
        switch (schema.getType()) {
            case RECORD -> {
                for (Schema.Field field : schema.getFields()) {
                    skip(field.schema(), at);
                }
            }
            case ARRAY -> {
                for (long items = at.readArrayStart(); items != 0; items = at.arrayNext()) {
                    skipItems(schema.getElementType(), items, at);
                }
            }
            case UNION -> skip(chosen(schema.getTypes(), at.readIndex()), at);
            case STRING, BYTES -> at.skipFixed(length(at.readLong()));
            case INT, ENUM -> at.readInt();
            case NULL -> {}
            default -> throw new IllegalStateException("records of latents have no " + schema.getType());
        }
    }

    private static void skipItems(Schema item, long items, BinaryDecoder at) throws IOException {
        for (long i = 0; i < length(items); i++) {
            skip(item, at);
        }
    }

    private static Schema chosen(List<Schema> types, int index) throws IOException {
        if (index < 0 || index >= types.size()) {
            throw new IOException("a value is of type %d of %d".formatted(index, types.size()));
        }
        return types.get(index);
    }

    private static int length(long announced) throws IOException {
        if (announced < 0 || announced > Integer.MAX_VALUE) {
            throw new IOException("a value announces a length of %,d".formatted(announced));
        }
        return (int) announced;
    }
}
