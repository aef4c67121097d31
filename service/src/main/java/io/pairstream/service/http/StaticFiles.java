package io.pairstream.service.http;

import io.pairstream.cleaning.ClassPathFile;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A page at {@code /} and its files at {@code /assets/NAME}, out of memory. To the files of each
 * page come those that all pages share.
 *
 * <p>A page runs its own script and talks to its own service, and nothing else: whatever a caption
 * or a name holds, the browser runs no code out of it.
 */
public final class StaticFiles {

  private static final Map<String, String> MEDIA_TYPES =
      Map.of(
          "svg", "image/svg+xml",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "json", "application/json",
          "html", "text/html; charset=utf-8");

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

  /** Where the files of all pages lie on the class path. */
  public static final String SHARED_FOLDER = "/io/pairstream/service/web/";

  /** Names of the files that every page loads. */
  public static final List<String> SHARED =
      List.of("start.js", "base.css", "dom.js", "words.js", "api.js");

  private final Answer page;
  private final Map<String, Answer> assets = new HashMap<>();

  private StaticFiles(Class<?> owner, String folder, String page, List<String> assets) {
    this.page = file(owner, folder, page);
    assets.forEach(name -> this.assets.put(name.replaceAll(".*/", ""), file(owner, folder, name)));
    SHARED.forEach(name -> this.assets.put(name, file(StaticFiles.class, SHARED_FOLDER, name)));
  }

  /**
   * The routes, open to all.
   *
   * @param owner a class of the program that holds the files
   * @param folder where they lie on its class path, with a slash at both ends
   * @param page file name of the page
   * @param assets file names of all others, or whole names on the class path, which begin with a
   *     slash; nothing else can be asked for
   * @throws IllegalStateException where a file is missing
   */
  public static List<Route> routes(
      Class<?> owner, String folder, String page, List<String> assets) {
    StaticFiles files = new StaticFiles(owner, folder, page, assets);
    return List.of(
        Route.quick("/", Access.OPEN, request -> files.page),
        Route.quick("/assets/{name}", Access.OPEN, files::asset));
  }

  private Answer asset(Incoming request) {
    Answer asset = assets.get(request.parameter("name"));
    if (asset == null) {
      throw Problem.notFound("the page has no such file");
    }
    return asset;
  }

  private static Answer file(Class<?> owner, String folder, String name) {
    String ending = name.substring(name.lastIndexOf('.') + 1);
    String mediaType = MEDIA_TYPES.get(ending);
    byte[] bytes = ClassPathFile.bytes(owner, name.startsWith("/") ? name : folder + name);
    return new Answer(200, mediaType, headers(), ByteBuffer.wrap(bytes));
  }

  /** Headers of static files. Caches revalidate: page and service must be of one version. */
  private static Map<String, String> headers() {
    return Map.of(
        "Content-Security-Policy", CONTENT_SECURITY_POLICY,
        "Cross-Origin-Opener-Policy", "same-origin",
        "Cross-Origin-Resource-Policy", "same-origin",
        "Cache-Control", "no-cache",
        "Permissions-Policy", "geolocation=(), microphone=(), camera=()");
  }
}
