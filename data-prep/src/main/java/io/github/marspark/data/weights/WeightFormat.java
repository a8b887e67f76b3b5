package io.github.marspark.data.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Kinds of weight files, told apart by their first bytes whatever their names. */
public enum WeightFormat {
    /** Header and raw tensors. */
    SAFETENSORS,
    /** The zip that {@code torch.save} writes. */
    PYTORCH,
    /** The pickles and storages that {@code torch.save} wrote before PyTorch 1.6. */
    PYTORCH_STREAM;

    private static final int HEAD_BYTES = 64;
    private static final int PICKLE_PROTOCOL = 0x80;

    /** The number of PyTorch's first pickle, as the pickle has it. */
    private static final byte[] PYTORCH_NUMBER = littleEndian(PyTorchStream.MAGIC.toByteArray());

    /**
     * Looks at a file's first bytes.
     *
     * @param file a file
     * @return its kind; the file may still turn out to be damaged
     * @throws WeightFileException if it cannot be read or is neither, with what it seems to be instead
     */
    public static WeightFormat of(Path file) {
        byte[] head = head(file);
        if (startsWith(head, "PK\u0003\u0004") || startsWith(head, "PK\u0005\u0006")) {
            return PYTORCH;
        }
        if (looksLikeSafeTensors(head)) {
            return SAFETENSORS;
        }
        if ((isPickle(head) && contains(head, PYTORCH_NUMBER)) || startsWith(head, "L" + PyTorchStream.MAGIC + "L\n")) {
            return PYTORCH_STREAM;
        }
        throw new WeightFileException(file, whatElse(head));
    }

    private static byte[] littleEndian(byte[] bigEndian) {
        byte[] reversed = new byte[bigEndian.length];
        for (int i = 0; i < reversed.length; i++) {
            reversed[i] = bigEndian[reversed.length - 1 - i];
        }
        return reversed;
    }

    private static byte[] head(Path file) {
        if (Files.isDirectory(file)) {
            throw new WeightFileException(file, "is a folder; give a safetensors file or PyTorch checkpoint");
        }
        try (InputStream stream = Files.newInputStream(file)) {
            return stream.readNBytes(HEAD_BYTES);
        } catch (IOException e) {
            throw WeightFileException.reading(file, e);
        }
    }

    private static boolean looksLikeSafeTensors(byte[] head) {
        if (head.length <= Long.BYTES || head[Long.BYTES] != '{') {
            return false;
        }
        long headerBytes = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return headerBytes >= 0 && headerBytes <= Integer.MAX_VALUE;
    }

    private static String whatElse(byte[] head) {
        String text = new String(head, StandardCharsets.ISO_8859_1).strip().toLowerCase(Locale.ROOT);
        if (head.length == 0) {
            return "is empty; copy it again";
        }
        if (text.startsWith("version https://git-lfs")) {
            return "is a Git LFS pointer, not the weights; fetch the file that it stands for";
        }
        if (text.startsWith("<!doctype") || text.startsWith("<html")) {
            return "is a web page, not the weights; download the file itself";
        }
        if (isPickle(head)) {
            return "is a bare pickle, not what torch.save writes; load it in Python, save its tensors with torch.save,"
                    + " and give the new file";
        }
        return "is neither a safetensors file nor a PyTorch checkpoint; give one of these";
    }

    private static boolean isPickle(byte[] head) {
        return head.length > 0 && Byte.toUnsignedInt(head[0]) == PICKLE_PROTOCOL;
    }

    private static boolean contains(byte[] head, byte[] part) {
        return new String(head, StandardCharsets.ISO_8859_1).contains(new String(part, StandardCharsets.ISO_8859_1));
    }

    private static boolean startsWith(byte[] head, String prefix) {
        return new String(head, StandardCharsets.ISO_8859_1).startsWith(prefix);
    }
}
