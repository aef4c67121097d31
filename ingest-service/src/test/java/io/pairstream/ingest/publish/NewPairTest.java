package io.pairstream.ingest.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.SourceKind;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

class NewPairTest {

  @Test
  @Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
  void takesAnyNumberOfAnnotationsWhoseNamesHaveOneHashCode() {
    NewPair pair =
        new NewPair(
            ByteBuffer.allocate(0),
            "an owl",
            "",
            SourceKind.IMPORTED,
            "",
            "",
            "",
            "",
            CollidingNames.of(200_000));

    assertThat(pair.annotations().size()).isEqualTo(200_000);
  }
}
