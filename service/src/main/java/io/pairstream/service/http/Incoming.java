package io.pairstream.service.http;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;

/**
 * A request without its body.
 *
 * @param method the method, {@code GET} for a {@code HEAD}
 * @param path the path as it came, without the query
 * @param parameters values of the path template's names, decoded
 * @param query values of the query's names, decoded
 * @param headers header fields
 * @param principal who sends it
 * @param remoteAddress address of the sender, or of the proxy in between; never a name
 */
public record Incoming(
    Route.Method method,
    String path,
    Map<String, String> parameters,
    Map<String, List<String>> query,
    HttpFields headers,
    Principal principal,
    String remoteAddress) {

  public Incoming {
    parameters = Map.copyOf(parameters);
    query = Map.copyOf(query);
  }

  /** The value of a name in the path template, which has it. */
  public String parameter(String name) {
    return parameters.get(name);
  }

  /** The first value of a name in the query. */
  public Optional<String> query(String name) {
    return Optional.ofNullable(query.get(name)).map(values -> values.get(0));
  }

  /**
   * A whole number in the query, or {@code preset} where there is none of that name.
   *
   * @throws Problem {@link ProblemKind#BAD_REQUEST} where it is none of {@code least} to {@code
   *     most}
   */
  public int whole(String name, int preset, int least, int most) {
    Optional<String> text = query(name);
    if (text.isEmpty()) {
      return preset;
    }
    try {
      int number = Integer.parseInt(text.get());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Refused below, as a number out of range is.
    }
    throw Problem.badRequest(name + " is a whole number from " + least + " to " + most);
  }

  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /** The body's media type in lower case without parameters; empty where none is declared. */
  public String mediaType() {
    return header("Content-Type")
        .map(type -> type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
        .orElse("");
  }

  Incoming withPrincipal(Principal known) {
    return new Incoming(method, path, parameters, query, headers, known, remoteAddress);
  }

  /** Without header fields, which hold keys. */
  @Override
  public String toString() {
    return method + " " + path;
  }
}
