package io.github.marspark.data.image;

import static io.github.marspark.data.image.WebpChunks.CHUNK_HEADER_BYTES;
import static io.github.marspark.data.image.WebpChunks.HEADER_BYTES;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The first frame of an animated WebP file.
 *
 * @param screen the file's canvas and where the frame lies on it
 * @param width columns of the frame
 * @param height rows of the frame
 * @param still a WebP file with the frame as its only image
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9649#name-animation">RFC 9649, section 2.7.1.1</a>
 */
record WebpFrame(Screen screen, int width, int height, byte[] still) {
    private static final String EXTENDED = "VP8X";
    private static final String FRAME = "ANMF";
    private static final String ALPHA = "ALPH";
    private static final String LOSSY = "VP8 ";
    private static final String LOSSLESS = "VP8L";

    private static final int EXTENDED_BYTES = 10;
    private static final int FRAME_BYTES = 16;
    private static final int ANIMATED = 2;
    private static final int TRANSPARENT = 16;

    /** The first frame, if the file is animated. */
    static Optional<WebpFrame> of(byte[] bytes) throws ImageRejected {
        WebpChunks chunks = WebpChunks.of(bytes);
        Optional<WebpChunks.Chunk> header = chunks.first(EXTENDED).filter(chunk -> chunk.length() >= EXTENDED_BYTES);
        if (header.isEmpty() || (bytes[header.get().start()] & ANIMATED) == 0) {
            return Optional.empty();
        }
        WebpChunks.Chunk frame = chunks.first(FRAME)
                .filter(chunk -> chunk.length() >= FRAME_BYTES)
                .orElseThrow(
                        () -> new ImageRejected(RejectReason.CORRUPT, "says that it is animated and has no frame"));
        return Optional.of(of(bytes, header.get(), frame));
    }

    private static WebpFrame of(byte[] bytes, WebpChunks.Chunk header, WebpChunks.Chunk frame) throws ImageRejected {
        int left = 2 * unsigned24(bytes, frame.start());
        int top = 2 * unsigned24(bytes, frame.start() + 3);
        int width = 1 + unsigned24(bytes, frame.start() + 6);
        int height = 1 + unsigned24(bytes, frame.start() + 9);
        Screen screen = new Screen(
                1 + unsigned24(bytes, header.start() + 4), 1 + unsigned24(bytes, header.start() + 7), left, top);
        if (left + width > screen.width() || top + height > screen.height()) {
            throw new ImageRejected(
                    RejectReason.CORRUPT,
                    "has a first frame of " + width + " x " + height + " pixels at " + left + ", " + top
                            + ", beyond its canvas of " + screen.width() + " x " + screen.height());
        }
        return new WebpFrame(screen, width, height, still(bytes, frame, width, height));
    }

    /** A lossy frame with transparency needs the extended header before it, which says so. */
    private static byte[] still(byte[] bytes, WebpChunks.Chunk frame, int width, int height) {
        List<WebpChunks.Chunk> image = new ArrayList<>();
        for (WebpChunks.Chunk chunk : WebpChunks.inside(bytes, frame, FRAME_BYTES)) {
            if (List.of(ALPHA, LOSSY, LOSSLESS).contains(chunk.type())) {
                image.add(chunk);
            }
        }
        boolean extended = image.stream().anyMatch(chunk -> chunk.type().equals(ALPHA));
        ByteBuffer still = ByteBuffer.allocate(HEADER_BYTES + CHUNK_HEADER_BYTES + EXTENDED_BYTES + frame.length())
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(HEADER_BYTES);
        if (extended) {
            put(still, EXTENDED, extendedHeader(width, height));
        }
        image.forEach(chunk -> put(still, chunk.type(), ByteBuffer.wrap(bytes, chunk.start(), chunk.length())));
        int length = still.position();
        still.putInt(0, tag("RIFF")).putInt(4, length - CHUNK_HEADER_BYTES).putInt(8, tag("WEBP"));
        return ByteBuffer.allocate(length).put(still.flip()).array();
    }

    private static ByteBuffer extendedHeader(int width, int height) {
        ByteBuffer header = ByteBuffer.allocate(EXTENDED_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(TRANSPARENT).putInt(width - 1).position(7);
        return header.put((byte) (height - 1))
                .putShort((short) ((height - 1) >> 8))
                .flip();
    }

    private static void put(ByteBuffer file, String type, ByteBuffer data) {
        file.putInt(tag(type)).putInt(data.remaining()).put(data);
        if (file.position() % 2 != 0) {
            file.put((byte) 0);
        }
    }

    private static int tag(String type) {
        return ByteBuffer.wrap(type.getBytes(StandardCharsets.US_ASCII))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt();
    }

    private static int unsigned24(byte[] bytes, int at) {
        return (bytes[at] & 0xff) | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16;
    }
}
