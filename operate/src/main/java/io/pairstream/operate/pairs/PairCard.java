package io.pairstream.operate.pairs;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.tokens.ReadableTokens;
import io.pairstream.curation.history.AnswerNote;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.takedown.TakedownEvent;
import io.pairstream.operate.catalogue.PairRow;
import io.pairstream.operate.catalogue.PairSearch.FoundPair;
import io.pairstream.operate.catalogue.ReviewNote;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.ReceivedAt;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that is known of one pair: what came, what the model sees of it, what was decided, and how it
 * went. What there is not, or is kept no longer, is null, empty or {@code ""}.
 *
 * @param copies how many times the pair was received; null of a copy
 * @param copied the published pair whose picture this one nearly copies; null where it copies none,
 *     or that one is there no longer
 * @param nearCopies how many near copies of its picture were rejected
 * @param answers what models say of it
 * @param exposureCommand says at the command line which checkpoints have seen it
 */
record PairCard(
    @JsonUnwrapped Summary pair,
    Original original,
    @JsonUnwrapped Content content,
    List<Stop> journey,
    Long copies,
    Summary copied,
    long nearCopies,
    List<ReviewNote> reviews,
    List<TakedownEvent> takedowns,
    List<AnswerNote> answers,
    String remedy,
    String exposureCommand) {

  /**
   * A pair as a list shows it.
   *
   * @param picture address of its picture; null where there is none
   * @param blurred whether the picture is shown only on request
   * @param waivable whether a person may let it in although it was rejected
   */
  record Summary(
      String id,
      @JsonUnwrapped @JsonIgnoreProperties({"pair_id", "place", "has_picture"}) PairRow row,
      Instant decidedAt,
      String picture,
      boolean blurred,
      boolean waivable) {

    static Summary of(FoundPair pair) {
      PairRow row = pair.row();
      Instant decidedAt =
          row.isWaiting()
              ? null
              : pair.receipt()
                  .map(Receipt::getDecidedAt)
                  .flatMap(ReceivedAt::said)
                  .orElse(row.place().at());
      boolean waivable =
          RejectReason.named(row.reason()).filter(RejectReason::isWaivable).isPresent();
      boolean blurred = row.isQuarantined() || row.isWaiting();
      return new Summary(pair.id(), row, decidedAt, picture(row), blurred, waivable);
    }

    /** A near copy's picture is on the raw topic. */
    private static String picture(PairRow row) {
      if (row.hasPicture()) {
        return address(StoredPairs.at(row.place()));
      }
      return row.copyOf().isEmpty() ? null : address(row.origin());
    }

    /** Where the picture of a record is. */
    static String address(Origin at) {
      return "/v1/pictures/" + at.getTopic() + "/" + at.getPartition() + "/" + at.getOffset();
    }
  }

  /**
   * The image as it came.
   *
   * @param detail why there is no picture of it
   */
  record Original(
      String picture,
      Long bytes,
      String mediaType,
      Integer width,
      Integer height,
      Sentence detail) {}

  /** The image as the model gets it; sizes in pixels and bytes. */
  record Model(String picture, int width, int height, int bytes, String encoding) {}

  /** A place where the pair was; numbers are null where it is no topic. */
  record Stop(
      String place, Integer partition, Long offset, Instant at, Double secondsSincePrevious) {

    /** A stop on a topic; the year 1970 is a time that is not known. */
    static Stop on(Origin place, Instant at, Instant previous) {
      // Producers may write any time, and two may be further apart than a long can tell.
      boolean isKnown = !at.equals(Instant.EPOCH) && !previous.equals(Instant.EPOCH);
      double seconds = ((double) at.toEpochMilli() - previous.toEpochMilli()) / 1000;
      String topic = place.getTopic();
      return new Stop(
          topic.substring(topic.indexOf('.') + 1),
          place.getPartition(),
          place.getOffset(),
          at,
          isKnown ? (Double) seconds : null);
    }
  }

  /** Picture and caption before and after cleaning. */
  record Content(
      Model model,
      String captionBefore,
      String captionAfter,
      List<ReadableTokens.Token> tokens,
      Integer tokenLimit,
      String tokenizer,
      SortedMap<String, Double> measures,
      Integer fold) {

    /** Content of a pair whose prepared record is not at hand. */
    static Content unprepared(String captionBefore, String captionAfter) {
      return new Content(
          null, captionBefore, captionAfter, List.of(), null, "", new TreeMap<>(), null);
    }

    /**
     * @param picture address of what the model sees
     */
    static Content of(PreparedPair pair, RawPair raw, String picture) {
      int count = Math.max(0, Math.min(pair.getTokenCount(), pair.getTokenIds().size()));
      List<Integer> stored = pair.getTokenIds().subList(0, count);
      return new Content(
          new Model(
              picture,
              pair.getWidth(),
              pair.getHeight(),
              pair.getImage().remaining(),
              pair.getImageEncoding()),
          raw == null ? null : raw.getCaption(),
          pair.getCaption(),
          ReadableTokens.named(pair.getTokenizer(), pair.getTokenizerDigest())
              .map(known -> known.tokens(pair.getCaption(), stored, pair.getTruncated()))
              .orElseGet(
                  () ->
                      stored.stream().map(id -> new ReadableTokens.Token(id, "", false)).toList()),
          pair.getTokenIds().size(),
          pair.getTokenizer(),
          new TreeMap<>(pair.getMeasures()),
          pair.getFold());
    }
  }
}
