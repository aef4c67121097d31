package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.plan.CleaningPlan.GatedPair;
import io.pairstream.cleaning.plan.SubmittedPair;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A record on its way: the stage that it has reached, and what it was when it came.
 *
 * @param raw the record as it came
 * @param identity who it is
 * @param stage what it has become
 */
record Tracked<T>(RawRecord raw, Identity identity, T stage) {

  <U> Tracked<U> as(U next) {
    return new Tracked<>(raw, identity, next);
  }

  /** The record without the raw record's key and value, which stay on the raw topic. */
  Tracked<T> withoutValue() {
    return new Tracked<>(
        new RawRecord(null, null, raw.headers(), raw.origin(), raw.arrivedAt()), identity, stage);
  }

  /** The kept arm of a judged record: itself with the kept stage, or nothing. */
  static <T> List<Tracked<T>> kept(Tracked<Outcome<T>> judged) {
    return judged.stage().fold(stage -> List.of(judged.as(stage)), rejection -> List.of());
  }

  /** The rejected arm: the record with the step and the reason, or nothing. */
  static <T> List<Tracked<Rejected>> rejected(String step, Tracked<Outcome<T>> judged) {
    return judged
        .stage()
        .fold(stage -> List.of(), rejection -> List.of(judged.as(new Rejected(step, rejection))));
  }

  /** A record that is rejected: by which step, and why. */
  record Rejected(String step, Rejection rejection) {}

  /**
   * Who a record is.
   *
   * @param pairId see {@link io.pairstream.schemas.PairIdentity}; empty where the record is
   *     unreadable
   * @param imageDigest likewise
   * @param sampleId the pair id that it would have with its cleaned caption; empty until that is
   *     known
   * @param producer whose API key it was sent with; empty where the record does not say
   * @param source the kind of source that it is counted by: see {@link
   *     io.pairstream.schemas.Canaries#source}; empty where the record does not say
   * @param receivedAt when the ingest API accepted it; the time of its arrival where that is
   *     unknown
   * @param sent what its producer said, without the image; known of what is cleaned
   */
  record Identity(
      String pairId,
      String imageDigest,
      String sampleId,
      String producer,
      String source,
      Instant receivedAt,
      Optional<RawPair> sent) {

    /** A record that could not be read has no names. */
    static Identity unknown(RawRecord raw) {
      return new Identity("", "", "", "", "", raw.arrivedAt(), Optional.empty());
    }

    Identity withSample(String id) {
      return new Identity(pairId, imageDigest, id, producer, source, receivedAt, sent);
    }

    Identity withSent(RawPair pair) {
      return new Identity(
          pairId, imageDigest, sampleId, producer, source, receivedAt, Optional.of(pair));
    }

    boolean isKnown() {
      return !pairId.isEmpty();
    }
  }

  /**
   * A raw record that could be read.
   *
   * @param pair what the producer says, the image included
   * @param submitted what cleaning gets of it; rejected where the caption is not UTF-8
   * @param shown the published pair whose picture a model wrote the caption of; null where the
   *     record has a picture of its own
   */
  record ReceivedPair(RawPair pair, Outcome<SubmittedPair> submitted, PreparedPair shown) {}

  /** A pair that passed the gate, with what its producer says of it. */
  sealed interface GatedRecord {

    RawPair pair();

    /** A pair with a picture that is still to be prepared. */
    record WithPicture(RawPair pair, GatedPair gated) implements GatedRecord {}

    /**
     * A caption that a model wrote.
     *
     * @param shown the published pair whose picture it is of
     */
    record Generated(RawPair pair, SubmittedPair submitted, PreparedPair shown)
        implements GatedRecord {}
  }
}
