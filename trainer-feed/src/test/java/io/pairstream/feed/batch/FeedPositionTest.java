package io.pairstream.feed.batch;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.feed.source.FeedRefusedException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeedPositionTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "[]",
        "{}",
        "{\"topic\":\"t\",\"topic_id\":\"i\",\"offsets\":{}}",
        "{\"topic\":\"t\",\"topic_id\":\"i\",\"offsets\":{\"x\":1}}",
        "{\"topic\":\"t\",\"topic_id\":\"i\",\"offsets\":{\"0\":\"1\"}}",
        "{\"topic\":\"t\",\"offsets\":{\"0\":1}}",
        "{\"topic\":\"t\",\"topic_id\":\"i\",\"offsets\":{\"0\":null}}",
        "{\"topic\":\"t\",\"topic_id\":\"i\",\"offsets\":{\"0\":1},\"behind\":{\"0\":[1]}}"
      })
  void refusesWhatIsNoPosition(String json) {
    assertThatThrownBy(() -> FeedPosition.parse(json))
        .isInstanceOf(FeedRefusedException.class)
        .hasMessageContaining("no position of a feed");
  }
}
