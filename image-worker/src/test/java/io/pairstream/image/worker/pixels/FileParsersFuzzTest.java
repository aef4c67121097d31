package io.pairstream.image.worker.pixels;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.image.ImagePlan.ColourProfileRule;
import io.pairstream.cleaning.image.ImageType;

/**
 * Any bytes at all before what reads a file in Java beside the codecs: orientation, colour
 * profiles, the still picture of an animated PNG. In an ordinary run the kept inputs alone.
 */
class FileParsersFuzzTest {

  private final ColourReader colours = new ColourReader();

  @FuzzTest(maxDuration = "2m")
  void everyFileGetsAnAnswer(byte[] file) {
    assertThat(ExifOrientation.of(file)).isNotNull();
    for (ColourProfileRule rule : ColourProfileRule.values()) {
      Outcome<ColourConversion> read = colours.read(file, rule);
      read.rejectedOnly().forEach(rejection -> assertThat(rejection.detail()).isNotBlank());
    }
    if (ImageType.of(file).filter(type -> type == ImageType.PNG).isPresent()) {
      assertThat(PngFile.still(file)).isNotNull();
    }
  }
}
