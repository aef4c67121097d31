package io.pairstream.feed.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.feed.source.FeedRefusedException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeedPositionTest {

  @Test
  void readsWhatItWrote() {
    FeedPosition position =
        new FeedPosition("pairs.training", "AAAA", new TreeMap<>(Map.of(0, 5L, 11, 1L << 40)));

    assertThat(FeedPosition.parse(position.toJson())).isEqualTo(position);
    assertThat(position.toJson())
        .isEqualTo(
            "{\"topic\":\"pairs.training\",\"topic_id\":\"AAAA\","
                + "\"offsets\":{\"0\":5,\"11\":1099511627776}}");
  }

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
