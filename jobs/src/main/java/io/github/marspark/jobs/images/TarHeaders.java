package io.github.marspark.jobs.images;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
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

    /** Blocks in a record, to a multiple of which a tar is filled: what programs write, and what their users choose. */
    private static final List<Integer> RECORDS = List.of(20, 32, 64, 128, 256, 512, 1024, 2048);

    private static final int LONGEST_EXTENSION = 1 << 22;
    private static final int MOST_ZEROS = (1 << 22) / BLOCK;

    /** Programs fill tars up to multiples of these. */
    private static final List<Integer> BLOCKINGS = List.of(4 * BLOCK, 10 * BLOCK);

    private static final int SPARSE_GOES_ON = 504;

    private final FSDataInputStream stream;
    private final long length;
    private long position;
    private long zeros;
    private long begin;
    private long blank;
    private long joints;

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

    /** How many bytes are zeros that end a tar which another one follows. */
    long joints() {
        return joints;
    }

    /** How many bytes between members are zeros that are no end of a tar, so that others may have been there. */
    long blank() {
        return blank;
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
            goOn();
            long content = position + BLOCK + sparseMap(entry, position);
            boolean extension = TarExtensions.isOne(entry.getLinkFlag());
            long size = extension ? entry.getSize() : extensions.size().orElse(entry.getSize());
            requireThere(extensions.name().orElse(entry.getName()), content, size);
            at = content + padded(size);
            if (!extension) {
                position = at;
                return member(entry, extensions, content, size);
            }
            extensions.add(entry.getLinkFlag(), extension(content, size));
        }
    }

    /** What ends here may be a tar, which another one follows. */
    private void goOn() {
        if (isEnd()) {
            joints += zeros * BLOCK;
            begin = position;
        } else {
            blank += zeros * BLOCK;
        }
        zeros = 0;
    }

    /** A tar ends with two blocks of zeros, and as many more as fill its last record. */
    private boolean isEnd() {
        return zeros > 1
                && RECORDS.stream()
                        .anyMatch(blocks -> (position - begin) % (blocks * BLOCK) == 0 && zeros <= blocks + 1);
    }

    /** A header, or null if only zeros follow. */
    private byte @Nullable [] header(long at) throws IOException {
        long end = at;
        for (long next = at; next + BLOCK <= length; next += BLOCK) {
            byte[] block = read(next, BLOCK);
            if (!isZero(block)) {
                position = next;
                return block;
            }
            zeros++;
            end = next + BLOCK;
        }
        position = Math.min(end, length);
        if (end < length && !isZero(read(end, (int) (length - end)))) {
            throw new Damage("is cut: it ends within a header");
        }
        requireEnd(at);
        return null;
    }

    private void requireEnd(long end) throws Damage {
        if (zeros == 0) {
            throw new Damage("is cut: it ends without the zeros that mark the end of a tar");
        }
        if (zeros > MOST_ZEROS || (zeros > 2 && BLOCKINGS.stream().allMatch(bytes -> length % bytes != 0))) {
            position = end;
            throw new Damage("is cut or damaged: its last %d bytes are zeros, more than mark the end of a tar"
                    .formatted(length - end));
        }
    }

    private static TarArchiveEntry parse(byte[] header) throws Damage {
        if (!isChecked(header)) {
            throw new Damage("has a damaged header: its checksum is wrong");
        }
        try {
            return new TarArchiveEntry(header, TarNames.ENCODING, true);
        } catch (IllegalArgumentException | IOException malformed) {
            throw new Damage("has a damaged header: " + malformed.getMessage());
        }
    }

    private static boolean isChecked(byte[] header) {
        try {
            return TarUtils.verifyCheckSum(header);
        } catch (IllegalArgumentException noNumber) {
            return false;
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
