package io.github.marspark.jobs.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Random;
import org.apache.spark.network.buffer.NioManagedBuffer;
import org.apache.spark.network.protocol.Message;
import org.apache.spark.network.protocol.OneWayMessage;
import org.apache.spark.network.protocol.RpcRequest;
import org.apache.spark.network.protocol.UploadStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages as Spark writes them, cut anywhere. */
class FrameLimitTest {
    private static final byte RPC_REQUEST = 3;
    private static final byte UPLOAD_STREAM = 10;

    private static NioManagedBuffer bytes(int count) {
        byte[] content = new byte[count];
        new Random(count).nextBytes(content);
        return new NioManagedBuffer(java.nio.ByteBuffer.wrap(content));
    }

    /** A message with its length before it; a body that is no part of the frame follows it. */
    private static void write(Message message, int body, ByteBuf target) {
        int frame = Long.BYTES + message.type().encodedLength() + message.encodedLength();
        target.writeLong(frame + (message.isBodyInFrame() ? body : 0));
        message.type().encode(target);
        message.encode(target);
        target.writeBytes(new byte[body]);
    }

    private static ByteBuf conversation() {
        ByteBuf all = Unpooled.buffer();
        write(new RpcRequest(1, bytes(100)), 100, all);
        write(new UploadStream(2, bytes(64), bytes(5000)), 5000, all);
        write(new UploadStream(3, bytes(64), bytes(0)), 0, all);
        write(new OneWayMessage(bytes(7)), 7, all);
        write(new UploadStream(4, bytes(0), bytes(1)), 1, all);
        write(new RpcRequest(5, bytes(0)), 0, all);
        return all;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 8, 9, 10, 64, 100_000})
    void whatSparkWritesPassesUnchangedHoweverItIsCut(int piece) {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameLimit());
        ByteBuf all = conversation();
        ByteBuf passed = Unpooled.buffer();
        for (int at = 0; at < all.readableBytes(); at += piece) {
            channel.writeInbound(all.copy(at, Math.min(piece, all.readableBytes() - at)));
        }
        for (ByteBuf next = channel.readInbound(); next != null; next = channel.readInbound()) {
            passed.writeBytes(next);
        }
        assertThat(passed).isEqualTo(all);
        assertThat(channel.isOpen()).isTrue();
    }

    /** Lengths that Spark's decoder would gather: up to 2 GB. */
    @ParameterizedTest
    @CsvSource({
        "2147483646, 3, a message of 2147483646 bytes",
        "1048577, 3, a message of 1048577 bytes",
        "8, 3, a message of 8 bytes",
        "-1, 3, a message of -1 bytes",
        "16, 10, a message of 16 bytes"
    })
    void messageOfAnotherLengthClosesTheConnectionBeforeItsFirstByte(long length, byte kind, String told) {
        try (LogLines log = new LogLines(FrameLimit.class)) {
            EmbeddedChannel channel = new EmbeddedChannel(new FrameLimit());
            channel.writeInbound(Unpooled.buffer().writeLong(length).writeByte(kind));
            assertThat(channel.isOpen()).isFalse();
            assertThat(channel.<ByteBuf>readInbound()).isNull();
            assertThat(log.lines()).singleElement().asString().contains("refused ", "it announces " + told);
        }
    }

    @Test
    void longestMessagePasses() {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameLimit());
        channel.writeInbound(
                Unpooled.buffer().writeLong(FrameLimit.MESSAGE_BYTES).writeByte(RPC_REQUEST));
        assertThat(channel.isOpen()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"4194304, true", "4194305, false", "-1, false"})
    void streamIsAsLongAsAChunkAtMost(long length, boolean passes) {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameLimit());
        ByteBuf start = Unpooled.buffer().writeLong(8 + 1 + 8 + 4 + 8).writeByte(UPLOAD_STREAM);
        channel.writeInbound(start.writeLong(1).writeInt(0).writeLong(length));
        assertThat(channel.isOpen()).isEqualTo(passes);
    }

    @Test
    void nothingPassesAfterARefusal() {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameLimit());
        channel.writeInbound(Unpooled.buffer().writeLong(Long.MAX_VALUE).writeByte(RPC_REQUEST));
        assertThat(channel.isOpen()).isFalse();
        assertThat(channel.<ByteBuf>readInbound()).isNull();
    }
}
