package io.github.marspark.jobs.images;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarUtils;
import org.apache.hadoop.fs.FSDataInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The members of a tar file in their order, found by their headers, of which each has a checksum. The blocks of zeros
 * that end a tar do not end the reading, since whole tars may follow each other in one file. Runs on executors, not
 * thread-safe.
 */
final class TarHeaders {
    static final int BLOCK = 512;

    private static final int LONGEST_EXTENSION = 1 << 22;
    private static final int MOST_ZEROS = (1 << 22) / BLOCK;
    private static final int SPARSE_GOES_ON = 504;

    private final FSDataInputStream stream;
    private final long length;
    private long position;
    private long zeros;
    private boolean continued;

    /**
     * A member.
     *
     * @param name as the tar has it
     * @param type of its header, {@link #FILE} of a file
     * @param link what it is a link to, empty if it is none
     * @param offset where its content begins
     * @param size of its content, in bytes
     */
    record Member(String name, byte type, String link, long offset, long size) {
        /** The type of what is neither a link nor a folder nor anything else. */
        static final byte FILE = '0';

        static final byte FOLDER = '5';
    }

    /** What is wrong with a tar, to be read after its path; the rest of it is not read. */
    static final class Damage extends IOException {
        Damage(String words) {
            super(words);
        }
    }

    /**
     * Begins.
     *
     * @param stream of the file
     * @param length of the file, in bytes
     */
    TarHeaders(FSDataInputStream stream, long length) {
        this.stream = stream;
        this.length = length;
    }

    /** Where the header begins that is read next, or that could not be read. */
    long position() {
        return position;
    }

    /** Whether members were found behind an end. */
    boolean isContinued() {
        return continued;
    }

    /**
     * The next member.
     *
     * @return null after the last
     * @throws Damage if a header is damaged, or the file ends before its end is marked
     */
    @Nullable
    Member next() throws IOException {
        TarExtensions extensions = new TarExtensions();
        long at = position;
        while (true) {
            byte[] header = header(at);
            if (extensions.isAny() && (header == null || position != at)) {
                throw new Damage("is cut or damaged: after the first part of a header there are zeros");
            }
            if (header == null) {
                return null;
            }
            TarArchiveEntry entry = parse(header);
            long content = at + BLOCK + sparseMap(entry, at);
            long size = extensions.size().orElse(entry.getSize());
            requireThere(extensions.name().orElse(entry.getName()), content, size);
            at = content + padded(size);
            if (!TarExtensions.isOne(entry.getLinkFlag())) {
                position = at;
                return member(entry, extensions, content, size);
            }
            extensions.add(entry.getLinkFlag(), extension(content, size));
        }
    }

    /** A header, or null if only zeros follow. */
    private byte @Nullable [] header(long at) throws IOException {
        long begin = at;
        for (long next = at; next + BLOCK <= length; next += BLOCK) {
            byte[] block = read(next, BLOCK);
            if (!isZero(block)) {
                continued |= zeros > 0;
                position = next;
                zeros = 0;
                return block;
            }
            zeros++;
            begin = next + BLOCK;
        }
        position = Math.min(begin, length);
        if (begin < length && !isZero(read(begin, (int) (length - begin)))) {
            throw new Damage("is cut: it ends within a header");
        }
        requireEnd(at);
        return null;
    }

    private void requireEnd(long begin) throws Damage {
        if (zeros == 0) {
            throw new Damage("is cut: it ends without the zeros that mark the end of a tar");
        }
        if (zeros > MOST_ZEROS) {
            position = begin;
            throw new Damage("is cut or damaged: its last %d bytes are zeros, more than mark the end of a tar"
                    .formatted(length - begin));
        }
    }

    private static TarArchiveEntry parse(byte[] header) throws IOException {
        if (!TarUtils.verifyCheckSum(header)) {
            throw new Damage("has a damaged header: its checksum is wrong");
        }
        try {
            return new TarArchiveEntry(header, TarNames.ENCODING, true);
        } catch (IllegalArgumentException | IOException malformed) {
            throw new Damage("has a damaged header: " + malformed.getMessage());
        }
    }

    /** Bytes of headers that tell where the holes of a sparse file are. */
    private long sparseMap(TarArchiveEntry entry, long at) throws IOException {
        if (!entry.isGNUSparse() || !entry.isExtended()) {
            return 0;
        }
        long bytes = 0;
        boolean more = true;
        while (more) {
            requireThere(entry.getName(), at + BLOCK + bytes, BLOCK);
            more = read(at + BLOCK + bytes, BLOCK)[SPARSE_GOES_ON] != 0;
            bytes += BLOCK;
        }
        return bytes;
    }

    private void requireThere(String name, long content, long size) throws Damage {
        if (size < 0 || size > length - content) {
            throw new Damage("is cut or damaged: its member %s has %d bytes, of which only %d are there"
                    .formatted(name, size, Math.max(0, length - content)));
        }
    }

    private byte[] extension(long content, long size) throws IOException {
        if (size > LONGEST_EXTENSION) {
            throw new Damage("has a damaged header: its first part has " + size + " bytes");
        }
        return read(content, (int) size);
    }

    private static Member member(TarArchiveEntry entry, TarExtensions extensions, long content, long size) {
        byte flag = entry.getLinkFlag();
        String name = extensions.name().orElse(entry.getName());
        boolean file = flag == 0 || flag == '7' || (flag == Member.FILE && !extensions.isSparse());
        byte type = file ? Member.FILE : extensions.isSparse() ? (byte) 'S' : flag;
        return new Member(
                name,
                name.endsWith("/") ? Member.FOLDER : type,
                extensions.link().orElse(entry.getLinkName()),
                content,
                size);
    }

    /**
     * Bytes of a member.
     *
     * @throws EOFException if the file is shorter now
     */
    byte[] read(long from, int count) throws IOException {
        byte[] bytes = new byte[count];
        stream.seek(from);
        stream.readFully(bytes);
        return bytes;
    }

    private static long padded(long size) {
        return (size + BLOCK - 1) / BLOCK * BLOCK;
    }

    private static boolean isZero(byte[] block) {
        return Arrays.mismatch(block, new byte[block.length]) < 0;
    }
}
