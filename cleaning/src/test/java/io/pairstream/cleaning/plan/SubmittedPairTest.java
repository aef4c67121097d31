package io.pairstream.cleaning.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

class SubmittedPairTest {

  /** Compared each with all before it, these names take minutes; in a tree, a second. */
  @Test
  @Timeout(value = 600, threadMode = ThreadMode.SEPARATE_THREAD)
  void takesAnyNumberOfAnnotationsWhoseNamesHaveOneHashCode() {
    Map<String, String> annotations = namesOfOneHashCode(200_000);

    SubmittedPair pair = pair(annotations);

    assertThat(pair.annotations().size()).isEqualTo(200_000);
    assertThat(annotations.keySet().stream().mapToInt(String::hashCode).distinct()).hasSize(1);
  }

  private static SubmittedPair pair(Map<String, String> annotations) {
    return new SubmittedPair(
        new EncodedImage(new byte[0]),
        new ReceivedCaption("an owl", "", ""),
        annotations,
        Set.of());
  }

  private static Map<String, String> namesOfOneHashCode(int count) {
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < count; i++) {
      StringBuilder name = new StringBuilder();
      for (int bit = 0; bit < 20; bit++) {
        name.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      names.put(name.toString(), "");
    }
    return names;
  }
}
