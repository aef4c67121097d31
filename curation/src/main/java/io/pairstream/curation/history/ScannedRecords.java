package io.pairstream.curation.history;

import io.pairstream.curation.review.Quarantine;
import io.pairstream.curation.review.QuarantineEntry;
import io.pairstream.curation.takedown.TakedownEvent;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.RecordedLimit;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.condition.AnswerLimits;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads, of most topics, the one partition that a key belongs on; the index of published pairs,
 * takedowns, reviews, models' answers and the audit trail whole.
 */
record ScannedRecords(ClusterAccess cluster, CommittedLog log) implements PairRecords {

  @Override
  public <T> Optional<T> last(Topic<T> topic, String key) {
    return Optional.ofNullable(log.last(topic, Set.of(key)).get(key));
  }

  @Override
  public Optional<QuarantineEntry> entry(String key) {
    return new Quarantine(cluster).show(key);
  }

  @Override
  public Optional<QuarantineEntry> entryOf(String key, Origin raw, Instant arrivedAt) {
    return new Quarantine(cluster).entryOf(key, raw, arrivedAt);
  }

  @Override
  public Optional<String> published(String imageDigest) {
    Set<String> ids = new LinkedHashSet<>();
    log.readAll(
        cluster.topics().index(),
        (name, read) -> {
          if (read.filter(pair -> pair.getImageDigest().equals(imageDigest)).isPresent()) {
            ids.add(name);
          } else {
            ids.remove(name);
          }
        });
    return ids.stream().findFirst();
  }

  @Override
  public List<TakedownEvent> events(String pairId, Collection<String> subjects) {
    Set<String> all = new HashSet<>(subjects);
    log.readAll(
        cluster.topics().takedowns(),
        (name, read) ->
            read.filter(any -> subjects.contains(name))
                .ifPresent(takedown -> all.add(takedown.getPartOf())));
    Map<String, TakedownEvent> events = new HashMap<>();
    log.readAll(
        cluster.topics().actions(),
        (name, action) ->
            action
                .flatMap(TakedownEvent::of)
                .filter(event -> all.contains(event.subject()))
                .ifPresent(event -> events.put(name, event)));
    return events.values().stream().sorted(Comparator.comparing(TakedownEvent::at)).toList();
  }

  @Override
  public List<AnswerNote> answers(String pairId) {
    SortedMap<String, PairAnswer> said =
        new TreeMap<>(
            log.last(cluster.topics().pairAnswers(), key -> key.startsWith(pairId + "/")));
    List<RecordedLimit> limits =
        log.last(cluster.topics().recipes(), key -> true).values().stream()
            .flatMap(recipe -> recipe.getLimits().stream())
            .toList();
    AnswerLimits judge = new AnswerLimits(limits);
    return said.values().stream().flatMap(each -> AnswerNote.of(each, judge).stream()).toList();
  }

  @Override
  public Collection<Review> reviews(Origin entry) {
    Map<String, Review> reviews = new HashMap<>();
    log.readAll(
        cluster.topics().reviews(),
        (name, read) ->
            read.filter(review -> review.getOrigin().equals(entry))
                .ifPresent(review -> reviews.put(name, review)));
    return reviews.values();
  }
}
