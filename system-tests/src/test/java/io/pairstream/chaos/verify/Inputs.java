package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.LedgerEntry;
import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.chaos.load.SentPair;
import io.pairstream.chaos.load.Site;
import io.pairstream.chaos.verify.Input.Pair;
import io.pairstream.schemas.Header;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Utils;

/** The raw records: what the producers say that there is, and what there is. */
final class Inputs {

  private final Reading reading;
  private final Verdict verdict;
  private final Map<Site, Input> inputs = new LinkedHashMap<>();
  private final Map<String, Pair> pairs = new LinkedHashMap<>();

  /** Attempts whose fate is unknown, by digest of the value, or by pair id of a request. */
  private final Map<String, Deque<LedgerEntry>> unsure = new HashMap<>();

  private long unsureInputs;

  /** Takes in what the producers say. */
  Inputs(Reading reading, Verdict verdict, List<LedgerEntry> ledger) {
    this.reading = reading;
    this.verdict = verdict;
    for (LedgerEntry entry : ledger) {
      switch (entry.fate()) {
        case ACKNOWLEDGED -> acknowledged(entry, entry.at().orElseThrow());
        case UNSURE ->
            unsure
                .computeIfAbsent(
                    entry.isByHttp() ? entry.pairId() : entry.valueDigest(),
                    key -> new ArrayDeque<>())
                .add(entry);
        case REFUSED ->
            verdict.add(
                Breach.GOOD_REJECTED, "record %d was refused: %s", entry.number(), entry.words());
      }
    }
  }

  private void acknowledged(LedgerEntry entry, Site at) {
    Input input = inputs.computeIfAbsent(at, Input::new);
    if (input.sent.filter(sent -> sent.number() != entry.number()).isPresent()) {
      verdict.add(Breach.INPUT_LOST, "record %d was acknowledged as %s", entry.number(), input);
    } else {
      input.sent = Optional.of(entry);
    }
  }

  /** Takes in a record of a raw topic. */
  void present(ConsumerRecord<byte[], byte[]> record) {
    Input input = inputs.computeIfAbsent(Site.of(record), Input::new);
    String digest = SentPair.digest(record.value());
    Optional<RawPair> raw =
        Optional.ofNullable(record.value())
            .flatMap(value -> reading.value(reading.topics().crowdsourced(), value));
    String imageDigest = raw.map(pair -> PairIdentity.imageDigest(pair.getImage())).orElse("");
    String pairId = raw.map(pair -> PairIdentity.pairId(imageDigest, pair.getCaption())).orElse("");
    if (input.sent.isEmpty()) {
      input.sent = attempt(digest, pairId);
      if (input.sent.isEmpty()) {
        verdict.add(Breach.STRANGER, "%s is a raw record that no producer sent", input);
      }
    } else if (input.sent.get().isByHttp()
        ? !input.sent.get().pairId().equals(pairId)
        : !input.sent.get().valueDigest().equals(digest)) {
      verdict.add(Breach.INPUT_LOST, "%s does not hold what was sent there", input);
    }
    // Where a caption is not UTF-8, the pair's id is made of its bytes, which only its sender has.
    input.pairId = input.sent.map(LedgerEntry::pairId).orElse(pairId);
    input.imageDigest = input.sent.map(LedgerEntry::imageDigest).orElse(imageDigest);
    input.pair =
        pairs.computeIfAbsent(
            input.pairId.isEmpty() ? input.at.toString() : input.pairId, Pair::new);
    input.pair.inputs.add(input);
    describe(input, record, digest, raw);
  }

  private static void describe(
      Input input, ConsumerRecord<byte[], byte[]> record, String digest, Optional<RawPair> raw) {
    Instant arrived = Instant.ofEpochMilli(record.timestamp());
    input.picture = raw.map(pair -> picture(pair.getImage())).orElse("");
    input.words = raw.map(pair -> words(pair, arrived)).orElse(Map.of());
    input.original = new HashMap<>();
    input.original.put("key", record.key() == null ? null : ByteBuffer.wrap(record.key()));
    input.original.put(
        "headers",
        StreamSupport.stream(record.headers().spliterator(), false)
            .map(header -> new Header(header.key(), ByteBuffer.wrap(header.value())))
            .toList());
    input.original.put("quarantined_at", arrived);
    input.original.put("value", digest);
    input.original.put(
        "received_at", raw.map(pair -> pair.getMetadata().getReceivedAt()).orElse(arrived));
  }

  private static Map<String, Object> words(RawPair pair, Instant arrived) {
    return Map.of(
        "caption", pair.getCaption(),
        "language", pair.getLanguage(),
        "metadata", pair.getMetadata(),
        "prepared_at", arrived);
  }

  /**
   * Digest of a file's bytes without the comment by which the load makes another file of a picture.
   */
  static String picture(ByteBuffer file) {
    byte[] bytes = Utils.toArray(file.duplicate());
    int from = bytes.length > 6 ? 4 + ByteBuffer.wrap(bytes).getShort(4) : 0;
    return SentPair.digest(Arrays.copyOfRange(bytes, Math.min(from, bytes.length), bytes.length));
  }

  /** An attempt without an answer, which explains a record. */
  private Optional<LedgerEntry> attempt(String digest, String pairId) {
    Deque<LedgerEntry> attempts = unsure.getOrDefault(digest, unsure.get(pairId));
    if (attempts == null || attempts.isEmpty()) {
      return Optional.empty();
    }
    unsureInputs++;
    return Optional.of(attempts.remove());
  }

  /** After all raw records: finds what was acknowledged and is not there. */
  void check() {
    inputs.values().stream()
        .filter(input -> input.pair == null)
        .forEach(input -> verdict.add(Breach.INPUT_LOST, "%s is not there", input));
    verdict.countInputs(
        inputs.values().stream()
            .filter(in -> in.sent.filter(e -> e.fate() == Fate.ACKNOWLEDGED).isPresent())
            .count(),
        all().size(),
        unsureInputs);
  }

  /** The raw record there; empty where there is none. */
  Optional<Input> at(Site site) {
    return Optional.ofNullable(inputs.get(site)).filter(input -> input.pair != null);
  }

  /** Every raw record that there is. */
  List<Input> all() {
    return inputs.values().stream().filter(input -> input.pair != null).toList();
  }

  Collection<Pair> pairs() {
    return pairs.values();
  }
}
