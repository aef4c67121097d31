package io.pairstream.answers;

import io.pairstream.answers.AnswerFold.RecordedAnswer;
import io.pairstream.answers.Asker.Answered;
import io.pairstream.answers.ScoreSettings.Run;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.image.card.ModelCard;
import io.pairstream.image.model.ModelAnswer.Failed;
import io.pairstream.schemas.Answer;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.QuarantineHeader;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.transactions.Outbox;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects the answers of all cards for each pair: known ones, ones that are copied from another
 * data set, and ones that a model is asked for. A complete pair's go into the outbox. Not
 * thread-safe.
 */
final class AnswerCollector {

  private static final Logger LOG = LoggerFactory.getLogger(AnswerCollector.class);

  private final ScoreWork work;
  private final KnownAnswers known;
  private final List<Asker> askers;
  private final Outbox outbox;
  private final AnswerRecords records;
  private final ScoreMetrics metrics;

  /**
   * @param outbox takes what is ready to be committed
   */
  AnswerCollector(ScoreWork work, Outbox outbox) {
    this.work = work;
    this.known = work.known();
    this.askers = work.askers();
    this.outbox = outbox;
    this.records = new AnswerRecords(work.topics());
    this.metrics = work.metrics();
  }

  /** Bytes of pictures that wait to be shown. */
  long bytes() {
    return askers.stream().mapToLong(Asker::bytes).sum();
  }

  /** Questions that are not answered. */
  int questions() {
    return (int) askers.stream().flatMap(Asker::all).count();
  }

  boolean isAsking() {
    return askers.stream().anyMatch(Asker::isAsking);
  }

  /**
   * Takes a record up.
   *
   * @param isOurs whether this instance is the first to ask about something, by the answer's key
   * @return false where it cannot be taken up yet: what became of an earlier record of its pair is
   *     not in the table
   * @throws RegistryUnavailableException where the registry does not answer
   * @throws MissingSchemaException where the registry is not the one that it was
   */
  boolean take(
      SplitPartition partition, ConsumerRecord<byte[], byte[]> record, Predicate<String> isOurs) {
    String id = CommittedLog.key(record);
    if (known.isBusy(id)) {
      return false;
    }
    if (isAgain()
        && (record.value() == null || !isSaidOf(id, partition.topicPartition(), record.offset()))) {
      return true; // Withdrawing, and what comes first, is left to those who follow.
    }
    if (record.value() == null) {
      Optional<String> reason = QuarantineHeader.reason(record.headers());
      // What a model refused may come again, once a limit is moved.
      if (!reason.equals(Optional.of(RejectReason.MODEL_REFUSED.name()))) {
        withdraw(id, known.said(id).stream().filter(each -> each.isBefore(record)).toList());
      }
      return true;
    }
    Optional<PreparedPair> pair = decode(record);
    if (pair.isPresent() && !id.isEmpty()) {
      take(new OpenPair(partition, record.offset(), id), pair.get(), record.value(), isOurs);
    } else {
      metrics.skipped.increment();
      LOG.warn(
          "{}@{} is no prepared pair and is skipped", partition.topicPartition(), record.offset());
    }
    return true;
  }

  /** Whether something is recorded of the pair's record there. */
  private boolean isSaidOf(String id, TopicPartition split, long offset) {
    return known.said(id).stream().anyMatch(each -> each.isAt(split, offset));
  }

  /** The pair of a record; empty where it cannot be read. */
  Optional<PreparedPair> decode(ConsumerRecord<byte[], byte[]> record) {
    return work.topics().training().decode(record.value());
  }

  /** Erases what is said of a pair whose record lay there. */
  void erase(String id, TopicPartition split, long offset) {
    withdraw(id, known.said(id).stream().filter(each -> each.isAt(split, offset)).toList());
  }

  private void withdraw(String id, List<RecordedAnswer> said) {
    if (said.isEmpty()) {
      return;
    }
    said.forEach(each -> outbox.add(records.noPair(id, each.card())));
    known.withdraw(id, said).forEach(answer -> outbox.add(records.noAnswer(answer)));
    metrics.withdrawn.increment();
  }

  private void take(OpenPair open, PreparedPair pair, byte[] published, Predicate<String> isOurs) {
    for (int card = 0; card < askers.size(); card++) {
      ModelCard model = askers.get(card).card();
      Optional<Shown> shown = Shown.of(pair, model);
      if (shown.isPresent()) {
        FurtherCaption further = FurtherCaption.of(model, pair, published).orElse(null);
        take(open, card, shown.get(), further, isOurs);
      } else if (!isAgain()) {
        open.answers().put(card, AnswerRecords.notShown(model));
      }
    }
    if (open.isComplete()) {
      finish(open);
    } else {
      known.begin(open.id(), open.keys());
      open.partition().open().put(open.offset(), open);
    }
  }

  private void take(
      OpenPair open, int card, Shown shown, FurtherCaption further, Predicate<String> isOurs) {
    Asker asker = askers.get(card);
    String key = AnswerFold.key(shown.digest(), asker.card().digest());
    Optional<Answer> found = find(key, asker.card());
    if (found.isPresent() && !isToBeAskedAgain(found.get())) {
      open.keys().add(key);
      open.answers().put(card, sentOn(found.get(), further));
      metrics.countFound(asker.card().name());
    } else if (found.isPresent() || !isAgain()) {
      open.await(card, key);
      Question question = asker.question(key).orElse(null);
      if (question == null) {
        long now = System.nanoTime();
        long turnAt = isOurs.test(key) ? now : now + work.settings().turnTimeout().toNanos();
        int attempts = found.map(Answer::getAttempts).orElse(0);
        question = new Question(key, shown, further, attempts, now, turnAt);
        asker.add(question);
      }
      question.pairs().add(open);
    }
  }

  /**
   * Sends the text of an answer that is known on as a pair, where that has not been done yet.
   *
   * @param further the pair that it becomes; null where it becomes none
   */
  private Answer sentOn(Answer answer, FurtherCaption further) {
    Answer sent = sent(answer, further);
    if (!sent.equals(answer)) {
      outbox.add(records.answer(sent));
      known.note(KnownAnswers.key(sent), sent);
    }
    return sent;
  }

  /** Sends the text of an answer as a pair; the answer then says so. */
  private Answer sent(Answer answer, FurtherCaption further) {
    if (further == null || answer.getSent() || AnswerRecords.isFailed(answer)) {
      return answer;
    }
    Optional<ProducerRecord<byte[], byte[]>> pair = records.generated(further, answer);
    if (pair.isEmpty()) {
      LOG.warn(
          "the caption of {} becomes no pair: with its picture it is too large",
          further.imageDigest());
      return answer;
    }
    outbox.add(pair.get());
    metrics.countSent(answer.getCard());
    return Answer.newBuilder(answer).setSent(true).build();
  }

  private boolean isAgain() {
    return work.settings().run() == Run.AGAIN;
  }

  private boolean isToBeAskedAgain(Answer answer) {
    return isAgain()
        && AnswerRecords.isFailed(answer)
        && work.settings().askAgain().contains(answer.getReason())
        && answer.getAnsweredAt().isBefore(work.began());
  }

  /** The answer that is known, or is taken over now of another data set. */
  private Optional<Answer> find(String key, ModelCard card) {
    Optional<Answer> own = known.find(key);
    if (own.isPresent() || isAgain()) {
      return own;
    }
    Optional<Answer> other = known.findElsewhere(key);
    other.ifPresent(
        answer -> {
          Answer ours = Answer.newBuilder(answer).setCard(card.name()).setSent(false).build();
          outbox.add(records.answer(ours));
          known.note(key, ours);
          metrics.countCopied(card.name());
        });
    return other;
  }

  /** Records what is said of a pair, where that is not recorded yet. */
  private void finish(OpenPair pair) {
    TopicPartition split = pair.partition().topicPartition();
    if (isAgain() && !isSaidOf(pair.id(), split, pair.offset())) {
      known.letGo(pair.id());
      return; // It was withdrawn meanwhile.
    }
    List<RecordedAnswer> said = known.said(pair.id());
    boolean isChanged = false;
    for (Map.Entry<Integer, Answer> each : pair.answers().entrySet()) {
      ModelCard card = askers.get(each.getKey()).card();
      if (said.stream()
          .noneMatch(before -> before.says(card.name(), each.getValue(), split, pair.offset()))) {
        outbox.add(records.pair(pair, card, each.getValue()));
        isChanged = true;
      }
    }
    if (isChanged) {
      known.recorded(pair.id(), pair.keys());
    } else {
      known.letGo(pair.id());
    }
    metrics.pairs.increment();
  }

  /**
   * Takes the answers that have come.
   *
   * @return whether there were any
   */
  boolean settle(boolean isEnding) {
    boolean isAny = false;
    for (Asker asker : askers) {
      for (Answered each : asker.take()) {
        // An end may have reached the model's process first.
        if (!(isEnding && each.answer() instanceof Failed)) {
          Answer answer =
              sent(
                  AnswerRecords.of(
                      asker.card(), each.question(), each.answer(), work.clock().instant()),
                  each.question().further());
          outbox.add(records.answer(answer));
          known.note(each.question().key(), answer);
          metrics.countAsked(answer);
          resolve(asker, each.question(), answer);
          isAny = true;
        }
      }
    }
    return isAny;
  }

  private void resolve(Asker asker, Question question, Answer answer) {
    for (OpenPair pair : question.pairs()) {
      pair.take(askers.indexOf(asker), answer);
      if (pair.isComplete()) {
        pair.partition().open().remove(pair.offset());
        pair.partition().finish(pair.offset());
        finish(pair);
      }
    }
  }

  /** Finds answers that others have given since to what waits for its turn. */
  void lookAgain(long now) {
    for (Asker asker : askers) {
      var unused =
          known(asker, asker.waiting().stream().filter(each -> !each.isOurTurn(now)).toList());
    }
  }

  /** Asks what is due, unless it is known by now. */
  void ask(long now) {
    for (Asker asker : askers) {
      List<Question> due = new ArrayList<>(asker.due(now));
      due.removeAll(known(asker, due));
      if (!due.isEmpty()) {
        asker.ask(due, metrics.nanosAsked(asker.card().name()));
      }
    }
  }

  private List<Question> known(Asker asker, List<Question> questions) {
    List<Question> answered = new ArrayList<>();
    for (Question question : questions) {
      find(question.key(), asker.card())
          .filter(answer -> !isToBeAskedAgain(answer))
          .map(answer -> sentOn(answer, question.further()))
          .ifPresent(
              answer -> {
                asker.remove(question);
                resolve(asker, question, answer);
                answered.add(question);
              });
    }
    return answered;
  }

  /** Forgets a partition that is another instance's now; what it waits for is not asked. */
  void drop(SplitPartition partition) {
    partition.open().values().forEach(pair -> known.letGo(pair.id()));
    for (Asker asker : askers) {
      asker
          .all()
          .forEach(each -> each.pairs().removeIf(pair -> pair.partition().equals(partition)));
      for (Question question : List.copyOf(asker.waiting())) {
        if (question.pairs().isEmpty()) {
          asker.remove(question);
        }
      }
    }
  }
}
