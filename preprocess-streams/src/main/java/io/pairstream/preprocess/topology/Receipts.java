package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.preprocess.topology.Tracked.GatedRecord;
import io.pairstream.preprocess.topology.Tracked.GatedRecord.Generated;
import io.pairstream.schemas.Finding;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.rejection.Measurements;
import io.pairstream.service.rejection.RefusedAnswers;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The receipts of a task's pairs. All copies of an image are in one task, and so are all spellings
 * of its captions and all that is sent again of an entry in quarantine.
 *
 * <p>Two kinds of keys lead to a receipt that says nothing but a pair's id: {@code sample/ID} to
 * the pair that was published with a sample, which is an image with its cleaned caption, and has
 * the id of a pair of just that caption (none is needed where pair and sample have one id); and
 * {@code entry/COORDINATES} to the pair that an entry in quarantine has become. A third, {@code
 * picture/IMAGE-DIGEST}, leads to one that says nothing but the first image of a picture's group
 * and its split, and that it is a near copy where a larger one has taken its place; its copies less
 * one are the captions from the web that the picture has, as are those under {@code
 * captions/IMAGE-DIGEST} where near copies are not looked for. A fourth, {@code
 * of/IMAGE-DIGEST/PAIR-ID}, leads to the pairs of an image that were published, where one picture
 * of a group is published and may leave its place, and has what their producers said.
 */
final class Receipts {

  private static final String SAMPLE = "sample/";
  private static final String ENTRY = "entry/";
  private static final String PICTURE = "picture/";
  private static final String OF = "of/";
  private static final String CAPTIONS = "captions/";

  private final KeyValueStore<String, Receipt> store;

  Receipts(ProcessingContext task) {
    store = task.getStateStore(TopicCatalogue.RECEIPTS_STORE);
  }

  /** The receipt of a pair; null where there is none. */
  Receipt get(String pairId) {
    return store.get(pairId);
  }

  /** Keeps a receipt under its pair's id, and under that of its sample. */
  void put(Receipt receipt) {
    String pairId = receipt.getPairId();
    String sampleId = receipt.getSampleId();
    store.put(pairId, receipt);
    if (isPublished(receipt) && !sampleId.isEmpty() && !sampleId.equals(pairId)) {
      store.put(SAMPLE + sampleId, Receipt.newBuilder().setPairId(pairId).build());
    }
  }

  /** Keeps a receipt also under the entry in quarantine of which its record was sent again. */
  void put(Receipt receipt, RawRecord raw) {
    put(receipt);
    if (isPublished(receipt) && receipt.getOrigin().equals(raw.origin())) {
      Receipt ofPair = Receipt.newBuilder().setPairId(receipt.getPairId()).build();
      raw.replay().ifPresent(replay -> store.put(key(replay.of()), ofPair));
    }
  }

  /**
   * Group of a picture that was kept: a receipt with the group's first image as digest, and its
   * split as status.
   */
  Optional<Receipt> groupOf(String imageDigest) {
    return Optional.ofNullable(store.get(PICTURE + imageDigest));
  }

  /** Remembers the group of a picture that is kept. */
  void putGroup(String imageDigest, Finding finding) {
    putGroup(
        imageDigest,
        Receipt.newBuilder()
            .setImageDigest(finding.getPictureGroup())
            .setStatus(finding.getSplit())
            .setCopies(1 + finding.getEarlierPictures())
            .build());
  }

  /** Remembers what {@link #groupOf} answers. */
  void putGroup(String imageDigest, Receipt group) {
    store.put(PICTURE + imageDigest, group);
  }

  /** Forgets the group of a picture that has left its split. */
  void removeGroup(String imageDigest) {
    store.delete(PICTURE + imageDigest);
  }

  /** Remembers of which image a pair is that is published, and what its producer said. */
  void putOfImage(Receipt receipt, RawPair sent) {
    store.put(
        OF + receipt.getImageDigest() + "/" + receipt.getPairId(),
        Receipt.newBuilder().setPairId(receipt.getPairId()).setSent(sent).build());
  }

  /** The receipt for readers outside the topology, without the producer's own fields. */
  static Receipt withoutSent(Receipt receipt) {
    return Receipt.newBuilder(receipt).setSent(null).build();
  }

  /** The published pairs of an image, with what their producers said. */
  List<Receipt> ofImage(String imageDigest) {
    try (KeyValueIterator<String, Receipt> found =
        store.prefixScan(OF + imageDigest + "/", new StringSerializer())) {
      List<Receipt> pairs = new ArrayList<>();
      found.forEachRemaining(
          pair -> {
            Receipt receipt = get(pair.value.getPairId());
            receipt.setSent(pair.value.getSent());
            pairs.add(receipt);
          });
      return pairs.stream().filter(Receipts::isPublished).toList();
    }
  }

  /**
   * Rejects a pair that is published already, and what comes a second time of an entry in
   * quarantine that was let in, before any decoding. A pair that was rejected may come again, and
   * so may a withdrawn one that nothing withdraws any more.
   *
   * <p>Rejects: {@code DUPLICATE_PAIR}.
   */
  <T> Tracked<Outcome<T>> refuseCopies(Tracked<T> tracked) {
    return refuseCopies(tracked, get(tracked.identity().pairId()));
  }

  private <T> Tracked<Outcome<T>> refuseCopies(Tracked<T> tracked, Receipt earlier) {
    if (earlier != null && isPublished(earlier)) {
      return tracked.as(copy("the same image with the same caption came as %s", earlier));
    }
    return tracked.as(
        publishedOfEntry(tracked)
            .<Outcome<T>>map(
                letIn ->
                    copy("what was sent again of the same entry in quarantine came as %s", letIn))
            .orElseGet(() -> Outcome.kept(tracked.stage())));
  }

  /**
   * Rejects as {@link #refuseCopies}, a pair that a model's answer refuses still, and a generated
   * caption whose picture is published no more: for what the pair was rejected for whose picture
   * the model was shown.
   *
   * <p>Rejects: {@code DUPLICATE_PAIR}, {@code MODEL_REFUSED}, {@code WITHDRAWN}, and what that
   * pair was rejected for.
   */
  Tracked<Outcome<GatedRecord>> refuseKnown(Tracked<GatedRecord> tracked, RefusedAnswers refusals) {
    Receipt earlier = get(tracked.identity().pairId());
    return refusals
        .again(earlier)
        .map(rejection -> tracked.as(Outcome.<GatedRecord>rejected(rejection)))
        .orElseGet(() -> refuseCopiesAndOrphans(tracked, earlier));
  }

  private Tracked<Outcome<GatedRecord>> refuseCopiesAndOrphans(
      Tracked<GatedRecord> tracked, Receipt earlier) {
    if (!(tracked.stage() instanceof Generated pair)) {
      return refuseCopies(tracked, earlier);
    }
    Receipt shown = get(pair.shown().getPairId());
    if (shown != null && isPublished(shown)) {
      return refuseCopies(tracked, earlier);
    }
    RejectReason reason =
        Optional.ofNullable(shown)
            .flatMap(receipt -> RejectReason.named(receipt.getReason()))
            .orElse(RejectReason.WITHDRAWN);
    return new Tracked<>(
        tracked.raw(),
        tracked.identity().withSent(OutputRecords.sent(pair.pair())),
        Outcome.rejected(
            reason,
            "the pair whose picture the model was shown, "
                + pair.shown().getPairId()
                + ", is published no more",
            Measurements.read(shown == null ? null : shown.getMeasured())));
  }

  private Optional<Receipt> publishedOfEntry(Tracked<?> tracked) {
    return tracked
        .raw()
        .replay()
        .map(replay -> store.get(key(replay.of())))
        .map(pair -> get(pair.getPairId()))
        .filter(Receipts::isPublished)
        .filter(receipt -> receipt.getImageDigest().equals(tracked.identity().imageDigest()));
  }

  private static <T> Outcome<T> copy(String came, Receipt published) {
    return Outcome.rejected(
        RejectReason.DUPLICATE_PAIR,
        came.formatted(OriginHeader.text(published.getOrigin()))
            + "; that pair stands as "
            + published.getStatus());
  }

  /**
   * Rejects a pair whose cleaned caption makes it the same training sample as another pair that is
   * published, withdrawn, or refused for a model's answer: the same image, and a caption that
   * differs in spaces, entities or the like.
   *
   * <p>Rejects: {@code WITHDRAWN}, {@code DUPLICATE_PAIR}, {@code MODEL_REFUSED}.
   */
  Function<Tracked<PreparedPair>, Tracked<Outcome<PreparedPair>>> refuseEqualSamples(
      Takedowns takedowns, RefusedAnswers refusals) {
    return cleaned -> {
      PreparedPair pair = cleaned.stage();
      String sampleId = PairIdentity.pairId(pair.getImageDigest(), pair.getCaption());
      Outcome<PreparedPair> outcome =
          takedowns
              .ofSample(sampleId)
              .<Outcome<PreparedPair>>map(
                  takedown ->
                      Outcome.rejected(
                          RejectReason.WITHDRAWN,
                          "this pair is withdrawn under another spelling of its caption; the"
                              + " record's bytes are not kept here",
                          Measured.text(takedown.getSubject(), "")))
              .orElseGet(
                  () -> refuse(pair, ofSample(sampleId, cleaned.identity().pairId()), refusals));
      return new Tracked<>(cleaned.raw(), cleaned.identity().withSample(sampleId), outcome);
    };
  }

  /**
   * Rejects a pair for others of its sample.
   *
   * @param others published, withdrawn or refused
   */
  private static Outcome<PreparedPair> refuse(
      PreparedPair pair, List<Receipt> others, RefusedAnswers refusals) {
    return others.stream()
        .filter(Receipts::isPublished)
        .findFirst()
        .<Outcome<PreparedPair>>map(
            earlier ->
                copy(
                    "once cleaned, the caption is that of pair "
                        + earlier.getPairId()
                        + ", which came with the same image as %s",
                    earlier))
        .orElseGet(
            () ->
                others.stream()
                    .flatMap(earlier -> refusals.again(earlier).stream())
                    .findFirst()
                    .map(Outcome::<PreparedPair>rejected)
                    .orElseGet(() -> Outcome.kept(pair)));
  }

  /**
   * Rejects a pair from the web whose picture is published with as many captions from the web as it
   * may have, and counts the others. Each earlier near copy of the picture counts as a caption.
   * What is withdrawn later, or was published before the recipe had a limit, makes no difference.
   *
   * <p>Rejects: {@code TOO_MANY_CAPTIONS}.
   *
   * @param most captions of a picture; 0 for any number
   */
  Tracked<Outcome<PreparedPair>> refuseFurtherCaptions(
      Tracked<Outcome<PreparedPair>> judged, int most) {
    return judged.as(judged.stage().then(pair -> counted(pair, most)));
  }

  private Outcome<PreparedPair> counted(PreparedPair pair, int most) {
    if (most == 0 || !pair.getMetadata().getSourceKind().equals(SourceKind.SCRAPED.name())) {
      return Outcome.kept(pair);
    }
    String image = pair.getImageDigest();
    Receipt group = store.get(PICTURE + image);
    String key = group == null ? CAPTIONS + image : PICTURE + image;
    Receipt picture = group == null ? store.get(key) : group;
    long earlier = picture == null ? 0 : picture.getCopies() - 1;
    if (earlier >= most) {
      return Outcome.rejected(
          RejectReason.TOO_MANY_CAPTIONS,
          "the picture has %d captions from the web already, each earlier near copy counted as one"
              .formatted(earlier),
          Measured.atMost("captions_of_picture", earlier + 1, most, "captions"));
    }
    Receipt.Builder next = picture == null ? Receipt.newBuilder() : Receipt.newBuilder(picture);
    store.put(key, next.setCopies(earlier + 2).build());
    return Outcome.kept(pair);
  }

  /** Other pairs that were published with a sample; the pair itself is refused before. */
  private List<Receipt> ofSample(String sampleId, String pairId) {
    Receipt owner = store.get(SAMPLE + sampleId);
    return Stream.of(owner == null ? sampleId : owner.getPairId(), sampleId)
        .distinct()
        .filter(id -> !id.equals(pairId))
        .map(this::get)
        .filter(Objects::nonNull)
        .filter(receipt -> receipt.getSampleId().equals(sampleId))
        .toList();
  }

  static boolean isPublished(Receipt receipt) {
    return PairStatus.valueOf(receipt.getStatus()).isPublished();
  }

  private static String key(Origin entry) {
    return ENTRY + OriginHeader.text(entry);
  }
}
