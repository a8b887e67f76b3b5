package io.github.marspark.data.latent;

import io.github.marspark.data.avro.LatentRecord;
import java.util.List;
import org.apache.avro.Schema;

/** The schema of a file's records: without the fields of codes where its tokenizer has none, as before there were any. */
final class LatentSchema {
    private static final List<String> OF_CODES = List.of("codes", "codesMirror");
    private static final Schema WITHOUT_CODES = withoutCodes(LatentRecord.getClassSchema());

    private LatentSchema() {}

    static Schema of(LatentHeader header) {
        return header.codes() == 0 ? WITHOUT_CODES : LatentRecord.getClassSchema();
    }

    private static Schema withoutCodes(Schema whole) {
        List<Schema.Field> fields = whole.getFields().stream()
                .filter(field -> !OF_CODES.contains(field.name()))
                .map(field -> new Schema.Field(field, field.schema()))
                .toList();
        return Schema.createRecord(whole.getName(), whole.getDoc(), whole.getNamespace(), whole.isError(), fields);
    }
}
