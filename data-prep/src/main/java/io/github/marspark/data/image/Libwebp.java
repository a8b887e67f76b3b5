package io.github.marspark.data.image;

import static io.github.marspark.data.image.RgbImage.CHANNELS;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import org.jspecify.annotations.Nullable;

/**
 * The decoder of libwebp, called where it lies in native memory.
 *
 * <p>No Java array is held while it computes: that would keep the collector waiting, and threads that decode one image
 * after the other could run out of memory that is there.
 *
 * <p>Chroma is repeated, not interpolated, as {@code dwebp -nofancy} does. Thread-safe.
 *
 * @see <a href="https://developers.google.com/speed/webp/docs/api">libwebp's interface</a>
 */
final class Libwebp {
    /** The version of the structures below. */
    private static final int VERSION = 0x0209;

    /* Where the fields of WebPDecoderConfig lie on 64-bit machines, in bytes. */
    private static final int CONFIG_BYTES = 256;
    private static final int WIDTH = 0;
    private static final int HEIGHT = 4;
    private static final int HAS_ALPHA = 8;
    private static final int COLOR_SPACE = 40;
    private static final int IS_EXTERNAL_MEMORY = 52;
    private static final int PIXELS = 56;
    private static final int STRIDE = 64;
    private static final int SIZE = 72;
    private static final int PLAIN_UPSAMPLING = 164;

    private static final int RGB = 0;
    private static final int RGBA = 1;

    private static @Nullable Libwebp loaded;

    private final Function initialize;
    private final Function features;
    private final Function decode;

    private Libwebp(NativeLibrary library) {
        initialize = library.getFunction("WebPInitDecoderConfigInternal");
        features = library.getFunction("WebPGetFeaturesInternal");
        decode = library.getFunction("WebPDecode");
    }

    /**
     * Decodes a file with one image.
     *
     * @throws ImageRejected if its size is not allowed or libwebp does not decode it to its end
     * @throws IllegalStateException if this machine cannot load libwebp, or has too little memory
     */
    static RgbImage decode(byte[] file, ImageLimits limits) throws ImageRejected {
        Libwebp library = library();
        try (Memory bytes = new Memory(file.length);
                Memory config = new Memory(CONFIG_BYTES)) {
            bytes.write(0, file, 0, file.length);
            return library.decode(bytes, config, limits);
        }
    }

    private static synchronized Libwebp library() {
        if (loaded == null) {
            loaded = new Libwebp(LibwebpFile.load());
        }
        return loaded;
    }

    private RgbImage decode(Memory file, Memory config, ImageLimits limits) throws ImageRejected {
        config.clear();
        initialize.invokeInt(new Object[] {config, VERSION});
        check(features.invokeInt(new Object[] {file, file.size(), config, VERSION}));
        int width = config.getInt(WIDTH);
        int height = config.getInt(HEIGHT);
        limits.check(width, height);
        int channels = config.getInt(HAS_ALPHA) == 0 ? CHANNELS : CHANNELS + 1;
        try (Memory pixels = new Memory((long) width * height * channels)) {
            config.setInt(COLOR_SPACE, channels == CHANNELS ? RGB : RGBA);
            config.setInt(IS_EXTERNAL_MEMORY, 1);
            config.setPointer(PIXELS, pixels);
            config.setInt(STRIDE, width * channels);
            config.setLong(SIZE, pixels.size());
            config.setInt(PLAIN_UPSAMPLING, 1);
            check(decode.invokeInt(new Object[] {file, file.size(), config}));
            return image(pixels, width, height, channels);
        }
    }

    private static RgbImage image(Memory pixels, int width, int height, int channels) {
        byte[] samples = new byte[width * height * CHANNELS];
        if (channels == CHANNELS) {
            pixels.read(0, samples, 0, samples.length);
            return new RgbImage(width, height, samples);
        }
        byte[] row = new byte[width * channels];
        for (int y = 0; y < height; y++) {
            pixels.read((long) y * row.length, row, 0, row.length);
            PixelConversion.putOverWhite(row, samples, y * width * CHANNELS);
        }
        return new RgbImage(width, height, samples);
    }

    /** Takes what libwebp answers, {@code VP8StatusCode}. */
    private static void check(int status) throws ImageRejected {
        switch (status) {
            case 0 -> {}
            case 1 -> throw new IllegalStateException("libwebp finds no memory for an image");
            case 3 -> throw new ImageRejected(RejectReason.CORRUPT, "is a damaged WebP file: libwebp cannot follow it");
            case 4 ->
                throw new ImageRejected(
                        RejectReason.UNSUPPORTED, "is an unusual WebP file, of no kind that libwebp decodes");
            case 5, 7 -> throw new ImageRejected(RejectReason.TRUNCATED, "ends before its image does, says libwebp");
            default -> throw new IllegalStateException("libwebp answers with status " + status);
        }
    }
}
