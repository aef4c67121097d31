package io.pairstream.operate.pairs;

import io.pairstream.curation.history.AnswerNote;
import io.pairstream.curation.history.PairRecords;
import io.pairstream.curation.review.Quarantine;
import io.pairstream.curation.review.QuarantineEntry;
import io.pairstream.curation.takedown.TakedownEvent;
import io.pairstream.operate.catalogue.PairSearch;
import io.pairstream.operate.catalogue.PairSearch.FoundPair;
import io.pairstream.operate.catalogue.ReviewNote;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads single records where the index of pairs says that they lie. */
record IndexedRecords(ClusterAccess cluster, CommittedLog log, PairSearch index)
    implements PairRecords {

  @Override
  public <T> Optional<T> last(Topic<T> topic, String key) {
    return record(topic, key).flatMap(record -> topic.decode(record.value()));
  }

  @Override
  public Optional<QuarantineEntry> entry(String key) {
    return record(cluster.topics().quarantine(), key).flatMap(new Quarantine(cluster)::entry);
  }

  @Override
  public Optional<QuarantineEntry> entryOf(String key, Origin raw, Instant arrivedAt) {
    return entry(OriginHeader.text(raw));
  }

  @Override
  public Optional<String> published(String imageDigest) {
    return index.published(imageDigest).map(FoundPair::id);
  }

  @Override
  public List<TakedownEvent> events(String pairId, Collection<String> subjects) {
    return index.takedownEvents(pairId, subjects);
  }

  @Override
  public List<AnswerNote> answers(String pairId) {
    return index.answers(pairId);
  }

  @Override
  public List<Review> reviews(Origin entry) {
    return index.reviews(OriginHeader.text(entry)).stream()
        .map(ReviewNote::reviewId)
        .flatMap(id -> last(cluster.topics().reviews(), id).stream())
        .filter(review -> review.getOrigin().equals(entry))
        .toList();
  }

  private Optional<ConsumerRecord<byte[], byte[]>> record(Topic<?> topic, String key) {
    return index.place(topic.name(), key).flatMap(log::record);
  }
}
