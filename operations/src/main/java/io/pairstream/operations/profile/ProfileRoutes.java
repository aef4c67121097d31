package io.pairstream.operations.profile;

import io.pairstream.operations.sentence.AnswerJson;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Route;
import io.pairstream.service.table.TopicTable;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** {@code GET /v1/profile}: what the data set holds, or one split or kind of source of it. */
public final class ProfileRoutes {

  private final String dataset;
  private final TopicTable catalogue;

  /**
   * @param dataset the data set's name
   * @param catalogue with a {@link ProfileFold}
   */
  public ProfileRoutes(String dataset, TopicTable catalogue) {
    this.dataset = dataset;
    this.catalogue = catalogue;
  }

  public List<Route> routes() {
    return List.of(
        Route.get(
                "/v1/profile",
                Access.VIEW,
                (request, body) -> CompletableFuture.completedFuture(answer(request)))
            .taking("split", "source"));
  }

  private Answer answer(Incoming request) {
    ProfileQuestion question;
    try {
      question =
          ProfileQuestion.of(request.query("split").orElse(""), request.query("source").orElse(""));
    } catch (IllegalArgumentException e) {
      throw Problem.of(ProblemKind.BAD_REQUEST, e.getMessage());
    }
    // Both asked before: what is read afterwards holds at least what they say.
    boolean ready = catalogue.isCaughtUp();
    Optional<Instant> asOf = catalogue.staleSince();
    return AnswerJson.answer(
        new ProfileReport.Answer(dataset, ready, ProfileReport.of(catalogue, question), asOf));
  }
}
