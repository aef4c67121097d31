package io.pairstream.schemas.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class LinkHeadersTest {

  private final RecordHeaders headers = new RecordHeaders();

  @Test
  void aNameIsReadAsItStands() {
    headers.add(LinkHeaders.PRODUCER, "a".repeat(200).getBytes(UTF_8));

    assertThat(LinkHeaders.text(headers, LinkHeaders.PRODUCER)).isEqualTo("a".repeat(200));
    assertThat(LinkHeaders.text(new RecordHeaders(), LinkHeaders.PRODUCER)).isEmpty();
  }

  @Test
  void aLongNameIsCutBetweenCharacters() {
    headers.add(LinkHeaders.PRODUCER, "\uD83D\uDC08".repeat(100_000).getBytes(UTF_8));

    assertThat(LinkHeaders.text(headers, LinkHeaders.PRODUCER))
        .isEqualTo("\uD83D\uDC08".repeat(200));
  }
}
