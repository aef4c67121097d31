package io.pairstream.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictUtf8Test {

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "\u00fc", "\u732b", "\ud83d\udc08", "a\u0000b", "\ufffd"})
  void readsWhatIsUtf8(String text) throws CharacterCodingException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer buffer = ByteBuffer.wrap(bytes);

    assertThat(StrictUtf8.isUtf8(buffer)).isTrue();
    assertThat(StrictUtf8.decode(buffer)).isEqualTo(text);
    assertThat(StrictUtf8.decode(bytes)).isEqualTo(text);
    assertThat(buffer.remaining()).isEqualTo(bytes.length);
  }

  /** A byte that begins nothing, a cut character, an overlong one, half a pair, one too high. */
  @ParameterizedTest
  @ValueSource(strings = {"ff", "61e78c", "c080", "eda080", "f4908080", "80"})
  void refusesWhatIsNot(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);

    assertThat(StrictUtf8.isUtf8(ByteBuffer.wrap(bytes))).isFalse();
    assertThatThrownBy(() -> StrictUtf8.decode(bytes)).isInstanceOf(CharacterCodingException.class);
  }

  @Test
  void seesAWrongByteFarDownInALongText() {
    byte[] bytes = "\ud83d\udc08 ".repeat(10_000).getBytes(StandardCharsets.UTF_8);
    boolean whole = StrictUtf8.isUtf8(ByteBuffer.wrap(bytes));
    bytes[bytes.length - 2] = 'x';

    assertThat(whole).isTrue();
    assertThat(StrictUtf8.isUtf8(ByteBuffer.wrap(bytes))).isFalse();
  }
}
