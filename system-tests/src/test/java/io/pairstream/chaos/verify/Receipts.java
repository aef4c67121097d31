package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.Site;
import io.pairstream.chaos.verify.Input.Pair;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The last receipt of each pair, and of each record that has no pair id: whether it says what the
 * topics say.
 */
final class Receipts {

  private final Reading reading;
  private final Inputs inputs;
  private final Verdict verdict;
  private final Map<String, Receipt> receipts = new HashMap<>();

  Receipts(Reading reading, Inputs inputs, Verdict verdict) {
    this.reading = reading;
    this.inputs = inputs;
    this.verdict = verdict;
  }

  void take(ConsumerRecord<byte[], byte[]> record) {
    String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    Optional<Receipt> receipt =
        Optional.ofNullable(record.value())
            .flatMap(value -> reading.value(reading.topics().receipts(), value));
    if (receipt.isEmpty() || !reading.isOnItsPartition(record)) {
      differs("%s, of '%s', is no receipt, or on another partition", Site.of(record), key);
    }
    receipt.ifPresent(read -> receipts.put(key, read));
  }

  /** After all receipts: compares them with where everything is. */
  void check() {
    for (Pair pair : inputs.pairs()) {
      Receipt receipt = receipts.remove(pair.key);
      if (receipt == null) {
        differs("%s has no receipt", pair.inputs);
      } else if (pair.inputs.stream().anyMatch(input -> input.output != null)) {
        check(pair, receipt);
      }
    }
    receipts.keySet().forEach(key -> differs("one is of '%s', which no producer sent", key));
  }

  private void check(Pair pair, Receipt receipt) {
    String of = "the receipt of pair " + pair.key + " of " + pair.inputs;
    Optional<Input> published = pair.publishedFor.stream().reduce((first, last) -> last);
    String right =
        published.map(input -> Outputs.split(input.output)).orElse(PairStatus.QUARANTINED.name());
    Optional<Input> named =
        inputs.at(Site.of(receipt.getOrigin())).filter(input -> input.pair == pair);
    if (!receipt.getStatus().equals(right)) {
      differs("%s says %s, and it stands as %s", of, receipt.getStatus(), right);
    } else if (named.isEmpty() || (published.isPresent() && !published.equals(named))) {
      differs("%s names %s", of, Site.of(receipt.getOrigin()));
    }
    if (receipt.getCopies() != pair.inputs.size()) {
      differs("%s counts %d copies", of, receipt.getCopies());
    }
  }

  private void differs(String sentence, Object... values) {
    verdict.add(Breach.RECEIPT, sentence, values);
  }
}
