package io.pairstream.feed.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.feed.DrawnImage;
import io.pairstream.feed.batch.ImageDecoder;
import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.schemas.PreparedPair;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TarWriterTest {

  @ParameterizedTest
  @CsvSource({"1, 5", "7, 3"})
  void writesRawPixelsAsPng(int heightPx, int widthPx) throws IOException {
    DrawnImage drawn = new DrawnImage(heightPx, widthPx, 9);
    PreparedPair pair =
        PreparedPair.newBuilder(ExportedSample.drawn(0))
            .setImage(ByteBuffer.wrap(drawn.pixels()))
            .setWidth(widthPx)
            .setHeight(heightPx)
            .build();

    PictureFile file = PictureFile.of(pair);

    assertThat(file.extension()).isEqualTo("png");
    byte[] pixels = new byte[drawn.pixels().length];
    pair.setImage(ByteBuffer.wrap(file.bytes()));
    pair.setImageEncoding("png");
    new ImageDecoder().decode(pair, ByteBuffer.wrap(pixels));
    assertThat(pixels).isEqualTo(drawn.pixels());
  }

  @Test
  void refusesPixelsThatDoNotFitTheSize() {
    PreparedPair pair = PreparedPair.newBuilder(ExportedSample.drawn(3)).setWidth(6).build();

    assertThatThrownBy(() -> PictureFile.of(pair))
        .isInstanceOf(FeedRefusedException.class)
        .hasMessageContaining("has 60 bytes of raw pixels, expected those of 6x4 with 3 channels");
  }

  /** Readers unpack a shard by the names of its members. */
  @Test
  void refusesAnIdThatCouldNameAnotherFile() {
    for (String id : List.of("../../x", "/etc/x", "", "a\n", ".", "0".repeat(65))) {
      PreparedPair pair = PreparedPair.newBuilder(ExportedSample.drawn(3)).setPairId(id).build();
      TarWriter writer = new TarWriter(OutputStream.nullOutputStream());

      assertThatThrownBy(() -> writer.add(pair, List.of()))
          .isInstanceOf(FeedRefusedException.class)
          .hasMessage(
              "pair '%s' has an id that names no file: 1 to 64 letters, digits and hyphens", id);
    }
  }
}
