package io.pairstream.cleaning.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Rejection;

/**
 * Any bytes at all before the gate: it answers, in words fit to be shown, and lets nothing pass
 * that a decoder's memory is not laid out for. In an ordinary run the kept inputs alone.
 */
class HeaderGateFuzzTest {

  private final ProbeImage probe = new ProbeImage();
  private final CheckImageSize size = new CheckImageSize();

  @FuzzTest(maxDuration = "2m")
  void everyFileGetsAnAnswer(byte[] file) {
    Outcome<ProbedImage> probed = probe.apply(new EncodedImage(file));

    probed.keptOnly().forEach(HeaderGateFuzzTest::assertPlausible);
    probed.rejectedOnly().forEach(HeaderGateFuzzTest::assertPresentable);
    probed
        .then(size)
        .keptOnly()
        .forEach(image -> assertThat(image.pixels()).isBetween(1L, 50_000_000L));
  }

  private static void assertPlausible(ProbedImage image) {
    assertThat(image.widthPx()).isPositive();
    assertThat(image.heightPx()).isPositive();
  }

  private static void assertPresentable(Rejection rejection) {
    assertThat(rejection.detail()).isNotBlank().hasSizeLessThan(1000);
  }
}
