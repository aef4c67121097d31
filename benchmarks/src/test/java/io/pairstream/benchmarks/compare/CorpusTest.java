package io.pairstream.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.benchmarks.compare.Corpus.FileSet;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {

  @TempDir private Path folder;

  @Test
  void formsSetsByContentAndFolder() throws IOException {
    Files.createDirectories(folder.resolve("large"));
    draw("a.jpg", "jpg");
    draw("misnamed.jpg", "png");
    draw("large/b.jpg", "jpg");
    Files.writeString(folder.resolve("captions.tsv"), "1\ta picture");

    Corpus corpus = Corpus.of(folder);

    assertThat(corpus.listing())
        .containsExactly(
            "jpeg\t" + folder.resolve("a.jpg"),
            "other\t" + folder.resolve("misnamed.jpg"),
            "large\t" + folder.resolve("large/b.jpg"));
    assertThat(corpus.files(FileSet.JPEG).get(0).pixels()).isEqualTo(30 * 20);
  }

  private void draw(String name, String format) throws IOException {
    BufferedImage picture = new BufferedImage(30, 20, BufferedImage.TYPE_INT_RGB);
    ImageIO.write(picture, format, folder.resolve(name).toFile());
  }
}
