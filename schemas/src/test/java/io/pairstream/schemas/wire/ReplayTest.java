package io.pairstream.schemas.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.Origin;
import java.util.List;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayTest {

  private static final String REVIEW = "0f8fad5b-d9cb-469f-a165-70867728950e";
  private static final Origin ORIGIN = new Origin("pairs.crowdsourced", 3, 42L);

  private final RecordHeaders headers = new RecordHeaders();

  @Test
  void isReadAsItWasWritten() {
    Replay replay = new Replay(ORIGIN, REVIEW, List.of("IMAGE_TOO_SMALL", "CAPTION_TOO_SHORT"));
    headers.add(Replay.WAIVED, "IMAGE_DAMAGED".getBytes(UTF_8));

    replay.write(headers);

    assertThat(Replay.read(headers)).contains(replay);
    assertThat(headers.headers(Replay.WAIVED)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "0F8FAD5B-D9CB-469F-A165-70867728950E", "<script>", "\u0000"})
  void nothingIsReadWhereTheReviewIsNone(String review) {
    new Replay(ORIGIN, REVIEW, List.of()).write(headers);
    headers.add(Replay.REVIEW, review.getBytes(UTF_8));

    assertThat(Replay.read(headers)).isEmpty();
  }

  @Test
  void strangersReasonsAreNoNames() {
    new Replay(ORIGIN, REVIEW, List.of()).write(headers);
    headers.add(Replay.WAIVED, " IMAGE_TOO_SMALL ,,<b>,x,\u202e".getBytes(UTF_8));

    assertThat(Replay.read(headers).orElseThrow().waived()).containsExactly("IMAGE_TOO_SMALL");
  }
}
