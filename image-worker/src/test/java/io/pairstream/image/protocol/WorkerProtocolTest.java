package io.pairstream.image.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerProtocolTest {

  private final ByteArrayOutputStream wire = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(wire);

  @ParameterizedTest
  @EnumSource(PixelFormat.class)
  void carriesARequest(PixelFormat format) throws IOException {
    new WorkerRequest(-5, 256, format, 95, 640, 480, new byte[] {1, 2, 3}).writeTo(out);

    WorkerRequest read = WorkerRequest.readFrom(in());

    assertThat(read)
        .usingRecursiveComparison()
        .isEqualTo(new WorkerRequest(-5, 256, format, 95, 640, 480, new byte[] {1, 2, 3}));
  }

  @Test
  void carriesBothAnswers() throws IOException {
    WorkerAnswer.prepared(640, 480, 1L << 63, new byte[] {4, 5}).writeTo(out);
    WorkerAnswer.damaged("no \u2713 picture").writeTo(out);
    DataInputStream in = in();

    WorkerAnswer prepared = WorkerAnswer.readFrom(in);
    WorkerAnswer damaged = WorkerAnswer.readFrom(in);

    assertThat(prepared.isPrepared()).isTrue();
    assertThat(prepared.result()).containsExactly(4, 5);
    assertThat(prepared.originalWidthPx()).isEqualTo(640);
    assertThat(prepared.originalHeightPx()).isEqualTo(480);
    assertThat(prepared.perceptualHash()).isEqualTo(1L << 63);
    assertThat(damaged.isPrepared()).isFalse();
    assertThat(damaged.reason()).isEqualTo("no \u2713 picture");
  }

  @Test
  void greetsOnlyItsOwnVersion() throws IOException {
    WorkerProtocol.writeHello(out);
    WorkerProtocol.readHello(in());

    byte[] other = wire.toByteArray();
    other[7]++;
    assertThatThrownBy(
            () -> WorkerProtocol.readHello(new DataInputStream(new ByteArrayInputStream(other))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 2");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, WorkerProtocol.MAX_FRAME_BYTES + 1, Integer.MAX_VALUE})
  void refusesAFrameOfImpossibleLength(int length) throws IOException {
    out.writeInt(length);

    assertThatThrownBy(() -> WorkerAnswer.readFrom(in()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a frame");
    assertThatThrownBy(() -> WorkerRequest.readFrom(in()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a frame");
  }

  @Test
  void noticesTheEndOfTheConversation() throws IOException {
    WorkerAnswer.damaged("cut").writeTo(out);
    byte[] cut = Arrays.copyOf(wire.toByteArray(), wire.size() - 1);

    assertThatThrownBy(
            () -> WorkerAnswer.readFrom(new DataInputStream(new ByteArrayInputStream(cut))))
        .isInstanceOf(EOFException.class);
  }

  @Test
  void readsATokenBackFromItsArgument() {
    assertThat(WorkerProtocol.token(WorkerProtocol.argument(-2))).isEqualTo(-2);
    assertThat(WorkerProtocol.mark(1)).isNotEqualTo(WorkerProtocol.mark(2));
  }

  private DataInputStream in() {
    return new DataInputStream(new ByteArrayInputStream(wire.toByteArray()));
  }
}
