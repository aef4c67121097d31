package io.pairstream.chaos.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pairstream.chaos.load.LedgerEntry;
import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.chaos.load.SentPair;
import io.pairstream.chaos.load.Site;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.schemas.Header;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Utils;

/** Committed records of a run, held against what its producers know. */
final class Accounts {

  /** Most differences that are told. */
  private static final int TOLD = 100;

  /** Fields that a picture decides, so that all its outputs have them alike. */
  private static final List<String> PIXELS =
      List.of(
          "split",
          "image",
          "image_encoding",
          "width",
          "height",
          "perceptual_hash",
          "media_type",
          "picture_group");

  /** The step of pairs that waited: their bytes stay on the raw topic alone. */
  private static final String LOOKED_UP = "near-copies";

  private static final String DUPLICATE = "DUPLICATE_PAIR";

  /** A raw record that is there, and what its producer knows of it. */
  private record Input(
      ConsumerRecord<byte[], byte[]> record, LedgerEntry sent, Optional<RawPair> raw) {

    String site() {
      return Site.of(record).toString();
    }

    Instant arrived() {
      return Instant.ofEpochMilli(record.timestamp());
    }

    /** Key of its outputs and its receipt. */
    String key() {
      return sent.pairId().isEmpty() ? site() : sent.pairId();
    }

    /** Whether one of all records with its pair is published. */
    boolean isGood() {
      return sent.kind().isGood();
    }

    @Override
    public String toString() {
      return "%s (record %d, %s)".formatted(site(), sent.number(), sent.kind());
    }
  }

  private final ClusterAccess access;
  private final int partitions;
  private final CleaningPlan plan;
  private final List<String> differences = new ArrayList<>();
  private final Map<String, LedgerEntry> acknowledged = new LinkedHashMap<>();

  /** Attempts whose fate is unknown, by digest of the value, or by pair id of a request. */
  private final Map<String, Deque<LedgerEntry>> unsure = new HashMap<>();

  private final Map<String, Input> inputs = new LinkedHashMap<>();

  /** Name of the output topic of each input, by the input's site. */
  private final Map<String, String> outputs = new HashMap<>();

  /** Inputs for which a pair is published, by its id. */
  private final Map<String, Input> published = new HashMap<>();

  private final Map<String, Map<String, Object>> pictures = new HashMap<>();
  private final Map<String, Long> versions = new TreeMap<>();

  /** Origin that each output names, by where the output is. */
  private final Map<Site, String> origins = new LinkedHashMap<>();

  private final Map<String, Long> counts = new TreeMap<>();

  /**
   * @param partitions number of each topic's partitions
   * @param plan of the recipe under which the raw records were prepared
   */
  Accounts(ClusterAccess access, int partitions, CleaningPlan plan) {
    this.access = access;
    this.partitions = partitions;
    this.plan = plan;
  }

  static List<String> rawTopics(ClusterAccess access) {
    return List.of(access.topics().crowdsourced().name(), access.topics().scraped().name());
  }

  static List<String> outputTopics(ClusterAccess access) {
    return Stream.concat(
            splits(access).values().stream().map(Topic::name),
            Stream.of(access.topics().quarantine().name()))
        .toList();
  }

  private static Map<PairStatus, Topic<PreparedPair>> splits(ClusterAccess access) {
    return new TreeMap<>(
        Map.of(
            PairStatus.TRAINING, access.topics().training(),
            PairStatus.VALIDATION, access.topics().validation(),
            PairStatus.TEST, access.topics().test()));
  }

  /**
   * Compares all of it.
   *
   * @param committed the committed records of a topic
   * @param live what each output names that was readable during the run, by its site; asked once
   *     all outputs are read
   */
  Verdict compare(
      List<LedgerEntry> ledger,
      Function<String, List<ConsumerRecord<byte[], byte[]>>> committed,
      Supplier<Map<Site, String>> live) {
    ledger.forEach(this::note);
    rawTopics(access).forEach(topic -> committed.apply(topic).forEach(this::input));
    acknowledged.values().forEach(entry -> differ("%s is not there", entry));

    splits(access)
        .forEach(
            (split, topic) ->
                read(topic, committed, (record, pair) -> published(record, split.name(), pair)));
    read(access.topics().quarantine(), committed, this::quarantined);
    inputs.values().stream()
        .filter(input -> !outputs.containsKey(input.site()))
        .forEach(input -> differ("%s has no output", input));
    Map<String, List<Input>> pairs =
        inputs.values().stream().collect(Collectors.groupingBy(Input::key));
    pairs.forEach(
        (key, ofPair) -> {
          if (ofPair.stream().anyMatch(Input::isGood) && !published.containsKey(key)) {
            differ("a good pair is published nowhere: %s", ofPair);
          }
        });
    receipts(pairs, committed.apply(access.topics().receipts().name()));
    compareWithLive(live.get());
    return new Verdict(
        List.copyOf(differences),
        inputs.values().stream().filter(in -> in.sent().fate() == Fate.ACKNOWLEDGED).count(),
        inputs.size(),
        counts,
        versions);
  }

  private void note(LedgerEntry entry) {
    switch (entry.fate()) {
      case ACKNOWLEDGED -> {
        String site = entry.at().orElseThrow().toString();
        LedgerEntry before = acknowledged.put(site, entry);
        if (before != null && before.number() != entry.number()) {
          differ(
              "%s was acknowledged for records %d and %d", site, before.number(), entry.number());
        }
      }
      case UNSURE -> {
        String key = entry.isByHttp() ? entry.pairId() : entry.valueDigest();
        unsure.computeIfAbsent(key, any -> new ArrayDeque<>()).add(entry);
      }
      case REFUSED -> differ("record %d was refused: %s", entry.number(), entry.words());
    }
  }

  private void input(ConsumerRecord<byte[], byte[]> record) {
    String site = Site.of(record).toString();
    Optional<RawPair> raw = access.topics().crowdsourced().decode(record.value());
    String digest = SentPair.digest(record.value());
    String pairId =
        raw.map(
                pair ->
                    PairIdentity.pairId(
                        PairIdentity.imageDigest(pair.getImage()), pair.getCaption()))
            .orElse("");
    LedgerEntry sent = acknowledged.remove(site);
    if (sent == null) {
      // An attempt without an answer explains one record.
      Deque<LedgerEntry> attempts = unsure.getOrDefault(digest, unsure.get(pairId));
      sent = attempts == null ? null : attempts.poll();
    } else if (sent.isByHttp()
        ? !sent.pairId().equals(pairId)
        : !sent.valueDigest().equals(digest)) {
      differ("%s does not hold record %d, which was sent there", site, sent.number());
    }
    if (sent == null) {
      differ("%s is a raw record that no producer sent", site);
    } else {
      inputs.put(site, new Input(record, sent, raw));
    }
  }

  private <T> void read(
      Topic<T> topic,
      Function<String, List<ConsumerRecord<byte[], byte[]>>> committed,
      BiConsumer<ConsumerRecord<byte[], byte[]>, T> then) {
    List<ConsumerRecord<byte[], byte[]>> records = committed.apply(topic.name());
    counts.put(topic.name(), (long) records.size());
    for (ConsumerRecord<byte[], byte[]> record : records) {
      origins.put(Site.of(record), LiveReader.origin(record));
      if (!isOnItsPartition(record)) {
        differ("%s is on a partition that is not its key's", Site.of(record));
      }
      topic
          .decode(record.value())
          .ifPresentOrElse(
              value -> then.accept(record, value),
              () -> differ("%s cannot be read, or is a tombstone", Site.of(record)));
    }
  }

  private boolean isOnItsPartition(ConsumerRecord<byte[], byte[]> record) {
    return record.partition() == Utils.toPositive(Utils.murmur2(record.key())) % partitions;
  }

  /** The raw record of an output, which is its only one; empty where there is none. */
  private Optional<Input> input(
      ConsumerRecord<byte[], byte[]> record, Origin origin, String output, String recipeVersion) {
    versions.merge(recipeVersion, 1L, Long::sum);
    String named = OriginHeader.text(origin);
    if (!LiveReader.origin(record).equals(named)) {
      differ("%s names %s, and in its header another", Site.of(record), named);
    }
    Optional<Input> input = Optional.ofNullable(inputs.get(named));
    if (input.isEmpty()) {
      differ("%s names %s, where there is no raw record", Site.of(record), named);
    } else if (outputs.put(named, output) != null) {
      differ("%s has a further output, %s", input.get(), Site.of(record));
    }
    return input;
  }

  private void published(ConsumerRecord<byte[], byte[]> record, String split, PreparedPair pair) {
    input(record, pair.getOrigin(), split, pair.getRecipeVersion())
        .ifPresent(
            input -> {
              if (input.isGood() && input.raw().isPresent()) {
                published(Site.of(record), record, split, pair, input);
              } else {
                differ("%s is published; right is %s", input, input.sent().kind().reason());
              }
            });
  }

  private void published(
      Site site,
      ConsumerRecord<byte[], byte[]> record,
      String split,
      PreparedPair pair,
      Input input) {
    if (published.put(input.key(), input) != null) {
      differ("pair %s is published again for %s", input.key(), input);
    }
    RawPair raw = input.raw().orElseThrow();
    Map<String, Object> right = new HashMap<>(ofEach(input));
    right.put("caption", raw.getCaption());
    right.put("language", raw.getLanguage());
    right.put("metadata", raw.getMetadata());
    right.put("prepared_at", input.arrived());
    right.put("split", split);
    compare(site, fields(pair, right.keySet()), right);
    compare(site, Map.of("key", key(record)), Map.of("key", input.key()));
    compare(
        site,
        Map.of("right split", split),
        Map.of("right split", plan.split().assign(pair.getPictureGroup()).split().name()));
    Map<String, Object> pixels = fields(pair, PIXELS);
    Map<String, Object> others = pictures.putIfAbsent(picture(raw.getImage()), pixels);
    compare(site, pixels, others == null ? pixels : others);
  }

  private void quarantined(ConsumerRecord<byte[], byte[]> record, QuarantinedPair pair) {
    input(record, pair.getOrigin(), PairStatus.QUARANTINED.name(), pair.getRecipeVersion())
        .ifPresent(input -> quarantined(Site.of(record), record, pair, input));
  }

  private void quarantined(
      Site site, ConsumerRecord<byte[], byte[]> record, QuarantinedPair pair, Input input) {
    String reason = input.isGood() ? DUPLICATE : input.sent().kind().reason();
    if (!pair.getReason().equals(reason)) {
      differ(
          "%s is in quarantine (%s) for %s: %s; right is %s",
          input,
          site,
          pair.getReason(),
          pair.getDetail(),
          input.isGood() ? "none, or a copy" : reason);
    }
    Map<String, Object> right = new HashMap<>(ofEach(input));
    right.put("key", input.record().key() == null ? null : ByteBuffer.wrap(input.record().key()));
    right.put(
        "headers",
        StreamSupport.stream(input.record().headers().spliterator(), false)
            .map(header -> new Header(header.key(), ByteBuffer.wrap(header.value())))
            .toList());
    right.put("quarantined_at", input.arrived());
    Map<String, Object> found = fields(pair, right.keySet());
    found.put(
        "value",
        SentPair.digest(
            pair.getValue() == null ? null : Utils.toArray(pair.getValue().duplicate())));
    right.put("value", SentPair.digest(input.record().value()));
    if (pair.getStep().equals(LOOKED_UP)) {
      right.keySet().removeAll(List.of("key", "value"));
    }
    compare(site, found, right);
    compare(site, Map.of("key", key(record)), Map.of("key", input.key()));
  }

  /** Fields of all outputs. */
  private static Map<String, Object> ofEach(Input input) {
    return Map.of("pair_id", input.sent().pairId(), "image_digest", input.sent().imageDigest());
  }

  /** Compares the last receipt of each pair with where everything is. */
  private void receipts(
      Map<String, List<Input>> pairs, List<ConsumerRecord<byte[], byte[]>> records) {
    Map<String, Receipt> receipts = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      Optional<Receipt> receipt = access.topics().receipts().decode(record.value());
      if (receipt.isEmpty() || !isOnItsPartition(record)) {
        differ("%s is no receipt, or on another partition", Site.of(record));
      }
      receipt.ifPresent(read -> receipts.put(key(record), read));
    }
    pairs.forEach(
        (key, ofPair) -> {
          Receipt receipt = receipts.remove(key);
          if (receipt == null) {
            differ("%s has no receipt", ofPair);
          } else {
            receipt(key, ofPair, receipt);
          }
        });
    receipts.keySet().forEach(key -> differ("a receipt is of %s, which nobody sent", key));
  }

  private void receipt(String key, List<Input> ofPair, Receipt receipt) {
    List<Input> right = published.containsKey(key) ? List.of(published.get(key)) : ofPair;
    String status = outputs.get(right.get(0).site());
    if (!receipt.getStatus().equals(status)) {
      differ("the receipt of %s says %s; right is %s", ofPair, receipt.getStatus(), status);
    }
    String named = OriginHeader.text(receipt.getOrigin());
    if (right.stream().noneMatch(input -> input.site().equals(named))) {
      differ("the receipt of %s names %s", ofPair, named);
    }
    if (receipt.getCopies() != ofPair.size()) {
      differ("the receipt of %s counts %d copies", ofPair, receipt.getCopies());
    }
  }

  private void compareWithLive(Map<Site, String> seen) {
    Stream.concat(seen.keySet().stream(), origins.keySet().stream())
        .distinct()
        .filter(site -> !Objects.equals(seen.get(site), origins.get(site)))
        .forEach(
            site ->
                differ(
                    "%s was readable for %s, and is there for %s",
                    site, seen.get(site), origins.get(site)));
  }

  /** Digest of a file without the comment by which the load makes another file of a picture. */
  private static String picture(ByteBuffer file) {
    byte[] bytes = Utils.toArray(file.duplicate());
    int from = 4 + ByteBuffer.wrap(bytes).getShort(4);
    return SentPair.digest(Arrays.copyOfRange(bytes, from, bytes.length));
  }

  private void compare(Site site, Map<String, Object> found, Map<String, Object> right) {
    right.forEach(
        (name, value) -> {
          if (!Objects.equals(found.get(name), value)) {
            differ("%s: %s is '%s' where '%s' belongs", site, name, found.get(name), value);
          }
        });
  }

  private void differ(String sentence, Object... values) {
    if (differences.size() < TOLD) {
      differences.add(String.format(Locale.ROOT, sentence, values));
    }
  }

  private static Map<String, Object> fields(SpecificRecord record, Collection<String> names) {
    Map<String, Object> fields = new HashMap<>();
    names.forEach(name -> fields.put(name, record.get(record.getSchema().getField(name).pos())));
    return fields;
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.key(), UTF_8);
  }
}
