package io.pairstream.ingest.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.ingest.publish.CollidingNames;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

class CaptionedImageTest {

  @Test
  @Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
  void takesAnyNumberOfAnnotationsWhoseNamesHaveOneHashCode() {
    CaptionedImage entry =
        new CaptionedImage(
            new CaptionedImage.Place.OnTheWeb(),
            List.of(),
            "",
            "https://example.org/owl.jpg",
            "",
            "",
            CollidingNames.of(200_000));

    assertThat(entry.annotations().size()).isEqualTo(200_000);
  }
}
