package io.github.marspark.jobs.images;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.archivers.zip.ZipEncoding;

/** Names in tar files: UTF-8, or Latin-1 where they are not, so that no two become the same. */
final class TarNames implements ZipEncoding {
    static final ZipEncoding ENCODING = new TarNames();

    private TarNames() {}

    @Override
    public boolean canEncode(String name) {
        return true;
    }

    @Override
    public ByteBuffer encode(String name) {
        return StandardCharsets.UTF_8.encode(name);
    }

    @Override
    public String decode(byte[] name) {
        return decoded(name);
    }

    static String decoded(byte[] name) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(name))
                    .toString();
        } catch (CharacterCodingException other) {
            return new String(name, StandardCharsets.ISO_8859_1);
        }
    }

    /** The name by which a member is found whichever tool wrote it. */
    static String plain(String name) {
        return name.replaceFirst("^(?:\\.?/)+", "");
    }
}
