package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.LedgerEntry;
import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.chaos.load.SentKind;
import io.pairstream.chaos.load.SentLedger;
import io.pairstream.schemas.PairIdentity;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The raw records: what the producers say that there is, and what there is. */
final class Inputs {

  private final Values values;
  private final Preparation preparation;
  private final Breaches breaches;
  private final Map<Site, Input> inputs = new LinkedHashMap<>();
  private final Map<String, Pair> pairs = new LinkedHashMap<>();

  /** Attempts whose fate nobody knows, by digest of the value, or by pair id of a request. */
  private final Map<String, Unsure> unsure = new HashMap<>();

  private long unsureInputs;

  private static final class Unsure {
    final LedgerEntry entry;
    long attempts;

    Unsure(LedgerEntry entry) {
      this.entry = entry;
    }
  }

  Inputs(Values values, Preparation preparation, Breaches breaches) {
    this.values = values;
    this.preparation = preparation;
    this.breaches = breaches;
  }

  /** Takes in what the producers say. */
  void enter(SentLedger ledger) {
    ledger.read(
        entry -> {
          switch (entry.fate()) {
            case ACKNOWLEDGED -> acknowledged(entry);
            case UNSURE ->
                unsure.computeIfAbsent(
                        entry.isByHttp() ? entry.pairId() : entry.valueDigest(),
                        known -> new Unsure(entry))
                    .attempts++;
            case REFUSED ->
                breaches.add(
                    Breach.GOOD_REJECTED, named(entry) + ", was refused: " + entry.words());
          }
        });
  }

  private void acknowledged(LedgerEntry entry) {
    Site site = new Site(entry.topic(), entry.partition(), entry.offset());
    Input input = inputs.computeIfAbsent(site, Input::new);
    if (input.entry.isEmpty()) {
      describe(input, entry);
    } else if (input.entry.get().number() != entry.number()) {
      breaches.add(
          Breach.INPUT_LOST,
          named(entry) + ", was acknowledged as " + site + ", and so was " + input);
    }
  }

  private void describe(Input input, LedgerEntry entry) {
    input.entry = Optional.of(entry);
    if (!entry.pairId().isEmpty()) {
      hold(input, entry.pairId(), entry.imageDigest());
    }
  }

  private void hold(Input input, String pairId, String imageDigest) {
    input.pair = Optional.of(pairs.computeIfAbsent(pairId, Pair::new));
    input.imageDigest = imageDigest;
  }

  /** Takes in a record of a raw topic. */
  void present(ConsumerRecord<byte[], byte[]> record) {
    Input input = inputs.computeIfAbsent(Site.of(record), Input::new);
    RawFacts facts = RawFacts.of(record, values, preparation);
    if (input.entry.isEmpty()) {
      Optional<LedgerEntry> attempt = attempt(facts);
      attempt.ifPresent(entry -> describe(input, entry));
      if (attempt.isEmpty()) {
        breaches.add(Breach.STRANGER, input + " is a raw record that no producer sent");
        facts
            .wholePair()
            .ifPresent(
                pair -> hold(input, facts.pairId(), PairIdentity.imageDigest(pair.getImage())));
      }
    } else if (!input.entry.get().isByHttp()) {
      if (!input.entry.get().valueDigest().equals(facts.valueDigest())) {
        breaches.add(Breach.INPUT_LOST, input + " does not hold the value that was sent there");
      }
    } else if (!facts.pairId().equals(input.pairId())) {
      breaches.add(
          Breach.INPUT_LOST,
          input + " holds pair '" + facts.pairId() + "', and " + input.pairId() + " was sent");
    }
    input.facts = Optional.of(facts.withoutPair());
    input.pair.ifPresent(
        pair -> {
          pair.received++;
          pair.heldBy = input;
          pair.good |= input.kind().filter(SentKind::isGood).isPresent();
        });
  }

  /** An attempt that nobody heard of again, and that explains a record. */
  private Optional<LedgerEntry> attempt(RawFacts facts) {
    Unsure attempt = unsure.getOrDefault(facts.valueDigest(), unsure.get(facts.pairId()));
    if (attempt == null || attempt.attempts == 0) {
      return Optional.empty();
    }
    attempt.attempts--;
    unsureInputs++;
    return Optional.of(attempt.entry);
  }

  /** After all raw records: finds what was acknowledged and is not there. */
  void checkAllThere(Reading.Extent extent) {
    for (Input input : inputs.values()) {
      if (input.facts.isEmpty()) {
        breaches.add(
            Breach.INPUT_LOST,
            input
                + " was acknowledged and is not there; the log begins at "
                + extent.begins().get(input.at.topicPartition())
                + " and ends at "
                + extent.ends().get(input.at.topicPartition()));
      }
    }
  }

  /** The raw record there; empty where there is none. */
  Optional<Input> at(Site site) {
    return Optional.ofNullable(inputs.get(site)).filter(input -> input.facts.isPresent());
  }

  /** Every raw record that there is. */
  List<Input> all() {
    return inputs.values().stream().filter(input -> input.facts.isPresent()).toList();
  }

  Collection<Pair> pairs() {
    return pairs.values();
  }

  /** The pair of an id; empty where no record holds it. */
  Optional<Pair> pair(String id) {
    return Optional.ofNullable(pairs.get(id));
  }

  long acknowledgedCount() {
    return inputs.values().stream()
        .filter(input -> input.entry.filter(entry -> entry.fate() == Fate.ACKNOWLEDGED).isPresent())
        .count();
  }

  long unsureCount() {
    return unsureInputs;
  }

  private static String named(LedgerEntry entry) {
    return "record " + entry.number() + ", " + entry.kind();
  }
}
