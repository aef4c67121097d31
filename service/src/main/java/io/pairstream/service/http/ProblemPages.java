package io.pairstream.service.http;

import java.util.Arrays;
import java.util.Map;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Writes the server's own errors, found before a route is reached, as problems. */
final class ProblemPages extends ErrorHandler {

  private static final Map<Integer, String> DETAILS =
      Map.of(
          400,
          "the request is no well-formed HTTP/1.1",
          414,
          "the request line may have at most " + ServerSettings.MAX_HEAD_BYTES + " bytes",
          431,
          "the head may have at most " + ServerSettings.MAX_HEAD_BYTES + " bytes",
          503,
          "send the request again to another instance, or later");

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Object status = request.getAttribute(ERROR_STATUS);
    Problem problem = problem(status instanceof Integer code ? code : response.getStatus());
    new Exchange(request, response, callback).send(problem);
    return true;
  }

  private static Problem problem(int status) {
    ProblemKind kind =
        status == 503
            ? ProblemKind.STOPPING
            : Arrays.stream(ProblemKind.values())
                .filter(candidate -> candidate.status() == status)
                .findFirst()
                .orElse(status < 500 ? ProblemKind.BAD_REQUEST : ProblemKind.INTERNAL);
    Problem problem = Problem.of(kind, DETAILS.getOrDefault(status, kind.title()));
    return status == 503 ? problem.retryAfter(5) : problem;
  }
}
