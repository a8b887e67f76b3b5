package io.github.marspark.jobs.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection that announces more than anyone here has to say. Spark's own decoder gathers a message up to 2 GB
 * before it looks at it; this stands before that and sees the lengths as they come in: 8 bytes of the message's, then
 * its kind in one, and of a stream, whose bytes follow the message, 8 bytes of theirs at the message's end. Belongs to one
 * connection.
 */
final class FrameLimit extends ChannelInboundHandlerAdapter {
    /** Longest message: what all ranks say of a file each, or a sentence. */
    static final int MESSAGE_BYTES = 1 << 20;

    /** Longest stream: a chunk of gradients or parameters. */
    static final long STREAM_BYTES = (long) Sharding.CHUNK * Float.BYTES;

    private static final Logger LOG = LoggerFactory.getLogger(FrameLimit.class);
    private static final int UPLOAD_STREAM = 10;
    private static final int HEAD = Long.BYTES + 1;

    private final ByteBuffer head = ByteBuffer.allocate(HEAD);
    private final ByteBuffer tail = ByteBuffer.allocate(Long.BYTES);
    private long passing;
    private boolean beforeTail;
    private boolean refused;

    @Override
    public void channelRead(ChannelHandlerContext context, Object data) {
        try {
            if (!refused) {
                look((ByteBuf) data);
            }
        } catch (IllegalArgumentException excess) {
            LOG.warn("refused {}: {}", context.channel().remoteAddress(), excess.getMessage());
            refused = true;
            ChannelFuture unused = context.close();
        }
        if (refused) {
            ReferenceCountUtil.release(data);
        } else {
            context.fireChannelRead(data);
        }
    }

    private void look(ByteBuf bytes) {
        int at = bytes.readerIndex();
        while (at < bytes.writerIndex()) {
            if (passing > 0) {
                int step = (int) Math.min(passing, bytes.writerIndex() - at);
                passing -= step;
                at += step;
            } else if (beforeTail) {
                tail.put(bytes.getByte(at++));
                endTail();
            } else {
                head.put(bytes.getByte(at++));
                endHead();
            }
        }
    }

    private void endHead() {
        if (head.hasRemaining()) {
            return;
        }
        long length = head.getLong(0);
        beforeTail = head.get(Long.BYTES) == UPLOAD_STREAM;
        requireWithin("a message", length, beforeTail ? HEAD + Long.BYTES : HEAD, MESSAGE_BYTES);
        passing = length - HEAD - (beforeTail ? Long.BYTES : 0);
        head.clear();
    }

    private void endTail() {
        if (tail.hasRemaining()) {
            return;
        }
        requireWithin("a stream", tail.getLong(0), 0, STREAM_BYTES);
        passing = tail.getLong(0);
        beforeTail = false;
        tail.clear();
    }

    private static void requireWithin(String what, long length, long least, long most) {
        if (length < least || length > most) {
            throw new IllegalArgumentException(
                    "it announces %s of %d bytes, which is to have %d to %d".formatted(what, length, least, most));
        }
    }
}
