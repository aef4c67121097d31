package io.pairstream.answers;

import io.pairstream.image.card.ApiCard;
import io.pairstream.image.card.ModelCard;
import io.pairstream.schemas.Answer;
import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A pair that a model's text becomes: the picture of a published pair, with the text for a caption.
 *
 * @param imageDigest of the picture's original file
 * @param pair all of it but the caption
 */
record FurtherCaption(String imageDigest, RawPair pair) {

  /**
   * The pair that a text about this picture becomes; empty where the card asks for none, and for
   * the platform's own test pairs.
   *
   * @param published the value of the pair's record
   */
  static Optional<FurtherCaption> of(ModelCard card, PreparedPair pair, byte[] published) {
    if (!card.writesPairs() || Canaries.is(pair.getMetadata())) {
      return Optional.empty();
    }
    Map<String, String> by = new HashMap<>(Map.of("card", card.name(), "model", card.digest()));
    if (card instanceof ApiCard api) {
      by.put("prompt", api.call().prompt());
    }
    RawPair further =
        RawPair.newBuilder()
            .setMetadata(
                PairMetadata.newBuilder(pair.getMetadata())
                    .setSourceKind(SourceKind.GENERATED.name())
                    .build())
            .setMediaType(pair.getMediaType())
            .setAnnotations(by)
            .setPrepared(ByteBuffer.wrap(published))
            .build();
    return Optional.of(new FurtherCaption(pair.getImageDigest(), further));
  }

  /** The whole pair, with the text of an answer. */
  RawPair with(Answer answer) {
    return RawPair.newBuilder(pair)
        .setCaption(String.join("\n", answer.getTexts().values()))
        .setMetadata(
            PairMetadata.newBuilder(pair.getMetadata())
                .setReceivedAt(answer.getAnsweredAt())
                .build())
        .build();
  }

  /** Bytes that it holds. */
  int size() {
    return pair.getPrepared().remaining();
  }
}
