package io.pairstream.ingest.page;

import io.pairstream.ingest.http.Access;
import io.pairstream.ingest.http.Answer;
import io.pairstream.ingest.http.Incoming;
import io.pairstream.ingest.http.Problem;
import io.pairstream.ingest.http.ProblemKind;
import io.pairstream.ingest.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The contribution page at {@code /} and its files at {@code /assets/NAME}, out of memory.
 *
 * <p>The page runs its own script and talks to its own service, and nothing else: whatever a
 * caption or a file name holds, the browser runs no code out of it.
 */
public final class ContributionPage {

  /** Where the files lie, seen from the ingest service's package. */
  static final String FOLDER = "/io/pairstream/ingest/web/";

  private static final String PAGE = "index.html";

  private static final String SCRIPT = "text/javascript; charset=utf-8";

  /** The page's files with their media types; nothing else of the class path can be asked for. */
  private static final Map<String, String> ASSETS =
      Map.of(
          "icon.svg", "image/svg+xml",
          "page.css", "text/css; charset=utf-8",
          "page.js", SCRIPT,
          "cards.js", SCRIPT,
          "door.js", SCRIPT,
          "memory.js", SCRIPT,
          "pictures.js", SCRIPT,
          "words.js", SCRIPT,
          "words.en.json", "application/json",
          "words.zh.json", "application/json");

  private static final String CONTENT_SECURITY_POLICY =
      String.join(
          "; ",
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          // Pictures that are chosen are shown from the browser's own memory.
          "img-src 'self' blob:",
          "connect-src 'self'",
          "form-action 'self'",
          "frame-ancestors 'none'",
          "base-uri 'none'",
          "require-trusted-types-for 'script'",
          "trusted-types 'none'");

  private final Answer page;
  private final Map<String, Answer> assets = new HashMap<>();

  private ContributionPage() {
    page = file(PAGE, "text/html; charset=utf-8");
    ASSETS.forEach((name, mediaType) -> assets.put(name, file(name, mediaType)));
  }

  /** The routes, for anybody: the key is asked for on the page. */
  public static List<Route> routes() {
    ContributionPage files = new ContributionPage();
    return List.of(
        Route.quick("/", Access.OPEN, request -> files.page),
        Route.quick("/assets/{name}", Access.OPEN, files::asset));
  }

  private Answer asset(Incoming request) {
    Answer asset = assets.get(request.parameter("name"));
    if (asset == null) {
      throw Problem.of(ProblemKind.NOT_FOUND, "the page has no such file").asException();
    }
    return asset;
  }

  private static Answer file(String name, String mediaType) {
    return new Answer(200, mediaType, headers(), ByteBuffer.wrap(bytes(name)));
  }

  private static Map<String, String> headers() {
    return Map.of(
        "Content-Security-Policy",
        CONTENT_SECURITY_POLICY,
        "Cross-Origin-Opener-Policy",
        "same-origin",
        "Cross-Origin-Resource-Policy",
        "same-origin",
        // Asked for anew each time: page and service are of one version.
        "Cache-Control",
        "no-cache",
        "Permissions-Policy",
        "geolocation=(), microphone=(), camera=()");
  }

  private static byte[] bytes(String name) {
    try (InputStream file = ContributionPage.class.getResourceAsStream(FOLDER + name)) {
      if (file == null) {
        throw new IllegalStateException("the page's " + name + " is missing in the program");
      }
      return file.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("the page's " + name + " cannot be read", e);
    }
  }
}
