package io.pairstream.answers;

import io.pairstream.cleaning.Sha256;
import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.image.card.ModelCard;
import io.pairstream.image.model.ModelQuestion;
import io.pairstream.image.protocol.ShownPicture;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Rendition;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.utils.Utils;

/**
 * The parts of a pair that a model is shown.
 *
 * @param digest lower-case hex SHA-256: of the stored picture, of the caption in UTF-8, or of the
 *     picture's digest in ASCII, one zero byte and the caption
 * @param question holds the picture and the caption
 */
record Shown(String digest, ModelQuestion question) {

  /**
   * The parts of a pair that a card wants shown; empty where the pair has no rendition of that
   * name.
   */
  static Optional<Shown> of(PreparedPair pair, ModelCard card) {
    String caption = card.seesCaption() ? pair.getCaption() : null;
    if (!card.seesPicture()) {
      String digest = Sha256.hex(caption.getBytes(StandardCharsets.UTF_8));
      return Optional.of(new Shown(digest, new ModelQuestion(null, caption)));
    }
    return picture(pair, card.rendition())
        .map(
            picture -> {
              String digest = Sha256.hex(picture.bytes().bytes());
              return new Shown(
                  caption == null ? digest : ofBoth(digest, caption),
                  new ModelQuestion(picture, caption));
            });
  }

  private static String ofBoth(String pictureDigest, String caption) {
    return Sha256.hex((pictureDigest + '\0' + caption).getBytes(StandardCharsets.UTF_8));
  }

  private static Optional<ShownPicture> picture(PreparedPair pair, String rendition) {
    if (rendition.isEmpty()) {
      return Optional.of(
          picture(
              Utils.toArray(pair.getImage()),
              pair.getImageEncoding(),
              pair.getWidth(),
              pair.getHeight(),
              pair.getChannels()));
    }
    for (Rendition each : pair.getRenditions()) {
      if (each.getName().equals(rendition)) {
        return Optional.of(
            picture(
                Utils.toArray(each.getImage()),
                each.getImageEncoding(),
                each.getWidth(),
                each.getHeight(),
                each.getChannels()));
      }
    }
    return Optional.empty();
  }

  private static ShownPicture picture(
      byte[] bytes, String encoding, int width, int height, int channels) {
    return encoding.equals(ImageEncoding.RAW.label())
        ? ShownPicture.raw(bytes, width, height, channels)
        : ShownPicture.file(bytes);
  }

  /** Bytes of the picture that the question holds. */
  int size() {
    return question.picture() == null ? 0 : question.picture().bytes().size();
  }
}
