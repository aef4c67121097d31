package io.pairstream.operate.pairs;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.curation.history.PairHistory;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.operate.catalogue.Agreement;
import io.pairstream.operate.catalogue.AnswerCondition;
import io.pairstream.operate.catalogue.CopyRise;
import io.pairstream.operate.catalogue.GivenLabels;
import io.pairstream.operate.catalogue.PairQuery;
import io.pairstream.operate.catalogue.PairRow;
import io.pairstream.operate.catalogue.PairSearch;
import io.pairstream.operate.catalogue.PairSearch.PairPage;
import io.pairstream.operate.catalogue.PairSearch.QuarantineBoard;
import io.pairstream.operate.instances.Instances.Limit;
import io.pairstream.operate.profile.ProfileReport;
import io.pairstream.operate.waiting.WaitingWork;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Route;
import io.pairstream.service.table.TopicTable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.kafka.common.KafkaException;

/** Search, cards, pictures, the board of quarantine, and what the data set holds. */
public final class CatalogueRoutes implements AutoCloseable {

  private static final Pattern PLACE = Pattern.compile("[A-Za-z0-9._-]{1,249}/\\d{1,9}/\\d{1,18}");

  private static final int LONGEST_FILTER = 500;

  /** Requests that wait for a record or a worker; the page of a cell asks for some hundred. */
  private static final int WAITING = 1_000;

  private static final int READERS = 3;

  /** How long a question waits for what was written before it. */
  private static final Duration REACHED = Duration.ofSeconds(3);

  private final String dataset;
  private final TopicTable catalogue;
  private final PairSearch search;
  private final StoredPairs pairs;
  private final Pictures pictures;
  private final PairCards cards;
  private final PairHistory history;
  private final Function<String, List<Limit>> limits;
  private final WaitingWork readers = new WaitingWork("read-pairs", READERS, WAITING);

  /**
   * @param catalogue has a {@link io.pairstream.operate.catalogue.PairIndex} and a {@link
   *     io.pairstream.operate.profile.ProfileFold}; closed by the caller
   * @param workers how pictures are decoded; null where none are to be shown
   * @param limits of a recipe's version, as processes report them
   */
  public CatalogueRoutes(
      ClusterAccess cluster,
      TopicTable catalogue,
      WorkerSettings workers,
      Function<String, List<Limit>> limits,
      Clock clock) {
    this.limits = limits;
    this.dataset = cluster.dataset().name();
    this.catalogue = catalogue;
    this.search = new PairSearch(catalogue, clock);
    this.pairs = new StoredPairs(cluster);
    this.pictures = new Pictures(pairs, search, workers);
    this.cards = new PairCards(search, pairs);
    this.history = new PairHistory(cluster, log -> new IndexedRecords(cluster, log, search));
  }

  public List<Route> routes() {
    return List.of(
        AnswerJson.route("/v1/pairs", request -> WaitingWork.answered(() -> find(request)))
            .taking(
                "q",
                "reason",
                "source",
                "contributor",
                "producer",
                "label",
                "status",
                "where",
                "after",
                "limit"),
        Route.get("/v1/pairs/{id}", Access.VIEW, (request, body) -> card(request)),
        Route.get("/v1/pairs/{id}/why", Access.VIEW, (request, body) -> why(request)),
        Route.get(
                "/v1/pictures/{topic}/{partition}/{offset}",
                Access.VIEW,
                (request, body) -> picture(request))
            .taking("size", "absent"),
        AnswerJson.route("/v1/quarantine", request -> WaitingWork.answered(this::board)),
        AnswerJson.route("/v1/profile", request -> WaitingWork.answered(() -> profile(request)))
            .taking("split", "source"));
  }

  /** Stops the image workers. */
  @Override
  public void close() {
    readers.close();
    pictures.close();
    pairs.close();
  }

  /**
   * Whether all was read, and as of when it is where the topics are not followed now. Asked before
   * what it is about is read, which then holds at least that.
   */
  private record State(boolean ready, Optional<Instant> asOf) {}

  private State state() {
    return new State(catalogue.isCaughtUp(), catalogue.staleSince());
  }

  /**
   * @param next where to go on; null at the end
   * @param found how many there are; null where they were not counted
   */
  private record Found(
      @JsonUnwrapped State state,
      List<PairCard.Summary> pairs,
      Optional<String> next,
      OptionalLong found) {}

  private Found find(Incoming request) {
    State state = state();
    PairPage page = search.find(query(request));
    return new Found(
        state, page.pairs().stream().map(PairCard.Summary::of).toList(), page.next(), page.found());
  }

  /**
   * Answers {@code why} once the catalogue has all records that were written before the question.
   */
  private CompletionStage<Answer> why(Incoming request) {
    if (!catalogue.isCaughtUp()) {
      throw notYet("the topics are");
    }
    return catalogue
        .reachedNow()
        .orTimeout(REACHED.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionallyCompose(e -> CompletableFuture.failedFuture(notYet("the topics are")))
        .thenCompose(
            reached ->
                readers.later(() -> AnswerJson.answer(history.answer(request.parameter("id")))));
  }

  private static Problem notYet(String what) {
    return Problem.of(ProblemKind.NOT_READY, what + " still being read; come again in a moment")
        .retryAfter(2);
  }

  private CompletionStage<Answer> card(Incoming request) {
    String id = request.parameter("id");
    return readers.later(() -> AnswerJson.answer(card(id)));
  }

  /**
   * A card.
   *
   * @param remembered whether it is what the catalogue alone knows, as Kafka does not answer
   * @param asOf of when it is then; empty where that is now
   * @param limits of the pair's recipe; empty where none is known
   * @param given what people say that a published pair's picture shows
   */
  private record Card(
      @JsonUnwrapped PairCard card,
      boolean remembered,
      Optional<Instant> asOf,
      List<Limit> limits,
      List<GivenLabels> given) {}

  private Card card(PairCard card, boolean remembered) {
    PairRow row = card.pair().row();
    List<Limit> known = limits.apply(row.recipeVersion());
    List<GivenLabels> given = row.isPublished() ? search.given(row.pairId()) : List.of();
    return new Card(card, remembered, catalogue.staleSince(), known, given);
  }

  private Card card(String id) {
    Optional<PairCard> known = catalogue.staleSince().flatMap(any -> cards.remembered(id));
    if (known.isPresent()) {
      return card(known.get(), true);
    }
    String none =
        catalogue.isCaughtUp()
            ? "nothing is known of this pair"
            : "nothing is known of this pair yet; the topics are still being read";
    try {
      return cards.of(id).map(card -> card(card, false)).orElseThrow(() -> Problem.notFound(none));
    } catch (KafkaException | RegistryUnavailableException e) {
      return cards.remembered(id).map(card -> card(card, true)).orElseThrow(() -> e);
    }
  }

  private CompletionStage<Answer> picture(Incoming request) {
    String topic = request.parameter("topic");
    String partition = request.parameter("partition");
    String offset = request.parameter("offset");
    if (!PLACE.matcher(topic + "/" + partition + "/" + offset).matches()) {
      throw Problem.badRequest("a picture's address ends in topic/partition/offset");
    }
    if (!pairs.areOn(topic)) {
      throw Problem.notFound("there are no pictures on this topic");
    }
    int size = request.whole("size", 256, 64, 1024);
    // A page says itself that there is none; to its browser the status 404 would be an error.
    boolean orEmpty = request.query("absent").equals(Optional.of("empty"));
    if (!catalogue.isCaughtUp()) {
      throw notYet("what was withdrawn is");
    }
    Origin at = new Origin(topic, Integer.valueOf(partition), Long.valueOf(offset));
    return readers.later(
        () -> {
          try {
            return Answer.of(200, "image/jpeg", pictures.jpeg(at, size))
                .withHeader("Cache-Control", "no-store");
          } catch (Problem none) {
            if (orEmpty && none.kind() == ProblemKind.NOT_FOUND) {
              return Answer.of(204, "", new byte[0]);
            }
            throw none;
          }
        });
  }

  private record Board(
      @JsonUnwrapped State state,
      @JsonUnwrapped QuarantineBoard board,
      List<Remedy> reasons,
      List<String> sources) {}

  private record Remedy(String reason, String remedy) {

    static Remedy of(String reason) {
      return new Remedy(reason, RejectReason.named(reason).map(RejectReason::remedy).orElse(""));
    }
  }

  private Board board() {
    State state = state();
    QuarantineBoard board = search.board();
    List<QuarantineBoard.Cell> cells = board.cells();
    return new Board(
        state,
        board,
        cells.stream().map(QuarantineBoard.Cell::reason).distinct().map(Remedy::of).toList(),
        cells.stream().map(QuarantineBoard.Cell::source).distinct().sorted().toList());
  }

  private Profile profile(Incoming request) {
    ProfileReport.Question question =
        Problem.orBadRequest(
            () ->
                ProfileReport.Question.of(
                    request.query("split").orElse(""), request.query("source").orElse("")));
    State state = state();
    ProfileReport report = ProfileReport.of(catalogue, question);
    List<String> producers =
        report.producers().stream().map(ProfileReport.NamedProducer::contributor).toList();
    return new Profile(
        new ProfileReport.ProfileAnswer(dataset, state.ready(), report, state.asOf()),
        CopyRise.of(catalogue, producers),
        examples(report, question),
        Agreement.of(catalogue));
  }

  /** The newest published pair of each label that is among the most frequent. */
  private Map<String, PairCard.Summary> examples(
      ProfileReport report, ProfileReport.Question question) {
    List<String> labels = report.labels().most().stream().map(ProfileReport.Count::value).toList();
    Map<String, PairCard.Summary> examples = new LinkedHashMap<>();
    search
        .examples(labels, question.splits(), question.source())
        .forEach((label, pair) -> examples.put(label, PairCard.Summary.of(pair)));
    return examples;
  }

  private record Profile(
      @JsonUnwrapped ProfileReport.ProfileAnswer profile,
      List<CopyRise> copying,
      Map<String, PairCard.Summary> examples,
      List<Agreement> agreement) {}

  private static PairQuery query(Incoming request) {
    return Problem.orBadRequest(
        () ->
            new PairQuery(
                request.query("q").orElse(""),
                filter(request, "reason"),
                filter(request, "source"),
                filter(request, "contributor"),
                filter(request, "producer"),
                filter(request, "label"),
                filter(request, "status"),
                AnswerCondition.parse(filter(request, "where")),
                request.query("after").filter(cursor -> !cursor.isEmpty()),
                request.whole("limit", 50, 1, 500)));
  }

  private static String filter(Incoming request, String name) {
    String value = request.query(name).orElse("");
    if (value.length() > LONGEST_FILTER) {
      throw Problem.badRequest(name + " has at most " + LONGEST_FILTER + " characters");
    }
    return value;
  }
}
