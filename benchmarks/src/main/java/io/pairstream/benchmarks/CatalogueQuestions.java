package io.pairstream.benchmarks;

import io.pairstream.cleaning.Measured.Bound;
import io.pairstream.operate.catalogue.AnswerCondition;
import io.pairstream.operate.catalogue.AnswerIndex;
import io.pairstream.operate.catalogue.Catalogue;
import io.pairstream.operate.catalogue.CatalogueFold;
import io.pairstream.operate.catalogue.CatalogueFold.Event;
import io.pairstream.operate.catalogue.CopyRise;
import io.pairstream.operate.catalogue.LimitedAnswer;
import io.pairstream.operate.catalogue.PairIndex;
import io.pairstream.operate.catalogue.PairPage;
import io.pairstream.operate.catalogue.PairPage.FoundPair;
import io.pairstream.operate.catalogue.PairQuery;
import io.pairstream.operate.catalogue.PairSearch;
import io.pairstream.operate.profile.ProfileFold;
import io.pairstream.operate.profile.ProfileReport;
import io.pairstream.operate.profile.ProfileReport.Count;
import io.pairstream.operate.profile.ProfileReport.NamedProducer;
import io.pairstream.operate.profile.ProfileReport.Question;
import io.pairstream.operate.threshold.MeasureSample;
import io.pairstream.operate.threshold.Threshold;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.table.Database;
import io.pairstream.service.table.TopicTable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * How long the dashboard's catalogue takes to answer what pages and commands ask, of many pairs.
 * Arguments: a folder, how many pairs. Fills the folder as the service would, from records in
 * memory, unless it is filled; then asks each question {@value #ASKED} times. Prints the median,
 * the worst and the first time, and the processor's median, in milliseconds.
 */
public final class CatalogueQuestions {

  /** Records of a transaction, as the service reads them. */
  private static final int BATCH = 2_000;

  private static final int ASKED = 9;
  private static final int REPORTED = 500_000;

  private static final PairQuery ALL = PairQuery.all("", 50);

  private final long pairs;
  private final TopicTable catalogue;
  private final PairSearch search;

  private CatalogueQuestions(long pairs, TopicTable catalogue) {
    this.pairs = pairs;
    this.catalogue = catalogue;
    this.search = new PairSearch(catalogue, Clock.systemUTC());
  }

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2 || !arguments[1].matches("[1-9][0-9]{0,8}")) {
      System.err.println("a folder, and how many pairs, from 1 to 999999999?");
      System.exit(2);
    }
    Path folder = Path.of(arguments[0]);
    long pairs = Long.parseLong(arguments[1]);
    // Nothing listens there: a table whose topics cannot be read answers all the same.
    Map<String, String> settings = Map.of("reconnect.backoff.max.ms", "60000");
    Dataset dataset = new Dataset(Dataset.DEFAULT_NAME);
    ClusterAccess nowhere =
        new ClusterAccess(
            new Cluster("localhost:1", "http://localhost:1", dataset, settings, Map.of()));
    List<CatalogueFold> folds =
        List.of(
            new PairIndex(nowhere.topics()),
            new AnswerIndex(nowhere.topics()),
            new ProfileFold(nowhere.topics()),
            new MeasureSample(nowhere.topics()));
    Path file = folder.resolve("table.db");
    if (!Files.exists(file)) {
      Catalogue.open(nowhere, folds, folder, Clock.systemUTC()).close();
      fill(file, folds, new CataloguedPairs(nowhere.topics()), pairs);
    }
    System.out.printf("%,.0f bytes of disk a pair%n", (double) Files.size(file) / pairs);
    takeDown(file, folds, new CataloguedPairs(nowhere.topics()));
    try (TopicTable catalogue = Catalogue.open(nowhere, folds, folder, Clock.systemUTC())) {
      CatalogueQuestions questions = new CatalogueQuestions(pairs, catalogue);
      questions.askByWords();
      questions.askByProperties();
      questions.askByAnswers();
      questions.askOfPairs();
      questions.askSums();
      questions.askThresholds();
    }
    Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM"))
        .forEach(System.out::println);
  }

  private static void fill(Path file, List<CatalogueFold> folds, CataloguedPairs made, long pairs) {
    long making = 0;
    long writing = 0;
    try (Database table = Database.open(file)) {
      List<Event> batch = new ArrayList<>(List.of(made.limit()));
      for (long i = 0; i < pairs; i++) {
        long begun = processorNanos();
        batch.addAll(made.events(i));
        long wanted = processorNanos();
        making += wanted - begun;
        if (batch.size() >= BATCH || i == pairs - 1) {
          table.transaction(() -> folds.forEach(fold -> fold.applyAll(batch, table)));
          writing += processorNanos() - wanted;
          batch.clear();
        }
        if ((i + 1) % REPORTED == 0 || i == pairs - 1) {
          System.out.printf(
              "%,d pairs: %.4f ms of processor a pair, %.4f more to make it%n",
              i + 1, writing / 1e6 / (i + 1), making / 1e6 / (i + 1));
        }
      }
    }
  }

  /** Takes hosts and contributors down, each in a transaction that is taken back. */
  private static void takeDown(Path file, List<CatalogueFold> folds, CataloguedPairs made) {
    try (Database table = Database.open(file)) {
      for (int rank : List.of(100, 1_000)) {
        takeDown(TakedownKind.SOURCE, CataloguedPairs.host(rank), table, folds, made);
        takeDown(TakedownKind.CONTRIBUTOR, CataloguedPairs.contributor(rank), table, folds, made);
      }
    }
  }

  private static void takeDown(
      TakedownKind kind,
      String subject,
      Database table,
      List<CatalogueFold> folds,
      CataloguedPairs made) {
    List<Event> takedown = List.of(made.takedown(kind, subject));
    AtomicLong removed = new AtomicLong();
    Runnable carriedOut =
        () -> {
          long before = count(table);
          folds.forEach(fold -> fold.applyAll(takedown, table));
          removed.set(before - count(table));
          throw new TakenBackException();
        };
    ask(
        () -> "takedown of " + kind.key(subject) + ": rows " + removed.get(),
        i -> {
          try {
            table.transaction(carriedOut);
          } catch (TakenBackException expected) {
            // The next one finds the same rows.
          }
        });
  }

  private static long count(Database table) {
    return table
        .first("SELECT sum(records) FROM record_count", row -> row.getLong(1))
        .orElseThrow();
  }

  private static final class TakenBackException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static long processorNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static void ask(String question, IntConsumer asking) {
    ask(() -> question, asking);
  }

  /**
   * @param question after it was asked
   */
  private static void ask(Supplier<String> question, IntConsumer asking) {
    double[] took = new double[ASKED];
    double[] worked = new double[ASKED];
    for (int i = 0; i < ASKED; i++) {
      long begun = System.nanoTime();
      long working = processorNanos();
      asking.accept(i);
      worked[i] = (processorNanos() - working) / 1e6;
      took[i] = (System.nanoTime() - begun) / 1e6;
    }
    double first = took[0];
    Arrays.sort(took);
    Arrays.sort(worked);
    System.out.printf(
        "%8.1f %8.1f %8.1f %8.1f  %s%n",
        took[ASKED / 2], took[ASKED - 1], first, worked[ASKED / 2], question.get());
  }

  /** Asks for the first page and for one from the middle of the time. */
  private void askPages(String question, PairQuery query) {
    PairPage page = search.find(query);
    String found = page.found().isPresent() ? " of " + page.found().getAsLong() : "";
    String said = "%s: %d pairs%s".formatted(question, page.pairs().size(), found);
    ask(said, i -> search.find(query));
    String middle = String.valueOf(CataloguedPairs.at(pairs / 2).toEpochMilli() << 20);
    ask(question + ", deep inside", i -> search.find(query.from(middle)));
  }

  private static PairQuery of(
      String text, String reason, String source, String contributor, String label, String status) {
    return new PairQuery(
        text, reason, source, contributor, "", label, status, List.of(), Optional.empty(), 50);
  }

  private void askByWords() {
    askPages("newest", ALL);
    for (int rank : List.of(0, 100, 10_000)) {
      askPages("word of rank " + rank, ALL.withText(CataloguedPairs.word(rank)));
    }
    String frequent = CataloguedPairs.word(0);
    String two = frequent + " " + CataloguedPairs.word(1);
    askPages("two frequent words", ALL.withText(two));
    askPages("two frequent words, test", of(two, "", "", "", "", "TEST"));
    askPages("frequent word, no source", of(frequent, "", "GENERATED", "", "", ""));
    askPages("frequent word, test", of(frequent, "", "", "", "", "TEST"));
    askPages("frequent word, nobody", of(frequent, "", "", "nobody", "", ""));
    askPages("Chinese word", ALL.withText("自行车"));
    askPages("Chinese words, rejected", of("小狗 草地", "", "", "", "", "QUARANTINED"));
  }

  private void askByProperties() {
    for (int rank : List.of(0, 100)) {
      String name = CataloguedPairs.contributor(rank);
      String label = CataloguedPairs.label(rank);
      String which = " of rank " + rank;
      askPages("contributor" + which, of("", "", "", name, "", ""));
      askPages("contributor" + which + ", test", of("", "", "", name, "", "TEST"));
      askPages("contributor" + which + ", blurred", of("", "IMAGE_BLURRED", "", name, "", ""));
      askPages("contributor" + which + ", scraped", of("", "", "SCRAPED", name, "", ""));
      askPages("label" + which, of("", "", "", "", label, ""));
      askPages("label" + which + ", test", of("", "", "", "", label, "TEST"));
      askPages("label" + which + ", nobody", of("", "", "", "nobody", label, ""));
    }
    for (String status : List.of("TRAINING", "TEST", "QUARANTINED")) {
      askPages(status, of("", "", "", "", "", status));
      askPages(status + ", imported", of("", "", "IMPORTED", "", "", status));
      askPages(status + ", generated", of("", "", "GENERATED", "", "", status));
    }
    askPages("source", of("", "", "SCRAPED", "", "", ""));
    askPages("reason", of("", "DUPLICATE_PAIR", "", "", "", ""));
    askPages("reason, scraped", of("", "IMAGE_BLURRED", "SCRAPED", "", "", ""));
  }

  private void askByAnswers() {
    for (String where :
        List.of(
            "answer.nsfw<=0.3",
            "answer.nsfw>=0.9",
            "answer.nsfw>=0.999",
            "answer.nsfw>=0.9999",
            "answer.style=photo",
            "answer.style=ren*",
            "answer.nsfw>=0.99 and answer.style=render")) {
      List<AnswerCondition> said = AnswerCondition.parse(where);
      for (String status : List.of("", "TEST")) {
        askPages(
            where + ' ' + status,
            new PairQuery("", "", "", "", "", "", status, said, Optional.empty(), 50));
      }
    }
  }

  private void askOfPairs() {
    ask("beginning of an id", i -> search.find(ALL.withText(id(i).substring(0, 6))));
    String digest = CataloguedPairs.digest(pairs / 2);
    ask("beginning of a digest", i -> search.find(ALL.withText(digest.substring(0, 6 + i))));
    ask("card of a pair", i -> search.get(id(i)).ifPresent(this::card));
    ask("why, of the catalogue", i -> why(id(i)));
  }

  private void card(FoundPair pair) {
    search.published(pair.row().imageDigest());
    search.nearCopies(pair.row().imageDigest());
    search.reviews(pair.id());
    search.takedownEvents(pair.row().pairId(), pair.row().takedowns());
    search.answers(pair.row().pairId());
    search.given(pair.row().pairId());
  }

  private void why(String id) {
    search.receipt(id);
    Stream.of("receipts", "uploads", "quarantine", "takedowns", "reviews")
        .forEach(topic -> search.place(Dataset.DEFAULT_NAME + '.' + topic, id));
  }

  private String id(int i) {
    return CataloguedPairs.pairId(pairs * (i + 1) / (ASKED + 1));
  }

  private void askSums() {
    ask("board of quarantine", i -> search.board());
    ask("overview: pairs by status", i -> ProfileReport.byStatus(catalogue));
    Question everything = Question.EVERYTHING;
    ask("profile of everything", i -> ProfileReport.of(catalogue, everything));
    Question part = Question.of("training", "scraped");
    ask("profile of training, scraped", i -> ProfileReport.of(catalogue, part));
    ProfileReport report = ProfileReport.of(catalogue, everything);
    List<String> names = report.producers().stream().map(NamedProducer::contributor).toList();
    ask("profile: rise of copies", i -> CopyRise.of(catalogue, names));
    List<String> labels = report.labels().most().stream().map(Count::value).toList();
    ask("profile: examples", i -> search.examples(labels, everything.splits(), ""));
  }

  private void askThresholds() {
    ask("threshold: fields", i -> Threshold.fields(catalogue));
    for (String field : List.of("answer.nsfw", "measure.sharpness")) {
      ask(field + ", suggested", i -> divide(field, OptionalDouble.empty()));
      ask(field + ", a limit", i -> divide(field, OptionalDouble.of(0.05 * (i + 1))));
    }
    ask("limit of the recipe", i -> LimitedAnswer.of("nsfw", catalogue));
    ask("metrics of limits", i -> LimitedAnswer.all(catalogue));
  }

  private void divide(String field, OptionalDouble limit) {
    Threshold.of(catalogue, field, Bound.AT_MOST, limit);
  }
}
