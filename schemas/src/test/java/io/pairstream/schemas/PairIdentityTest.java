package io.pairstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The expected values are computed with {@code sha256sum}. */
class PairIdentityTest {

  private static final ByteBuffer IMAGE =
      ByteBuffer.wrap("abc".getBytes(StandardCharsets.US_ASCII));
  private static final String DIGEST =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @Test
  void digestsTheImageAlone() {
    assertThat(PairIdentity.imageDigest(IMAGE)).isEqualTo(DIGEST);
    assertThat(IMAGE.position()).isZero();
  }

  @Test
  void namesAPairByImageAndCaption() {
    assertThat(PairIdentity.pairId(DIGEST, "a red bus"))
        .isEqualTo("cfbd4f073ad3c99caafc0f22f45df0f7");
    assertThat(PairIdentity.pairId(DIGEST, "红色的公共汽车"))
        .isEqualTo("fb3cd273d2526aa0ab85ba1354387243");
  }

  @Test
  void namesALinkByAddressAndCaption() {
    assertThat(PairIdentity.linkId("https://example.org/owl.jpg", "a red bus"))
        .isEqualTo("6c39607de5a43e32304359060106c28d");
  }
}
