package io.pairstream.ingest.page;

import io.pairstream.service.http.Route;
import io.pairstream.service.http.StaticFiles;
import java.util.List;

/** The contribution page at {@code /} and its files at {@code /assets/NAME}. */
public final class ContributionPage {

  /** Where the files lie, seen from the ingest service's package. */
  static final String FOLDER = "/io/pairstream/ingest/web/";

  private static final List<String> ASSETS =
      List.of(
          "icon.svg",
          "page.css",
          "page.js",
          "cards.js",
          "send.js",
          "memory.js",
          "pictures.js",
          "words.en.json",
          "words.zh.json");

  private ContributionPage() {}

  /** The routes, for anybody: the key is asked for on the page. */
  public static List<Route> routes() {
    return StaticFiles.routes(ContributionPage.class, FOLDER, "index.html", ASSETS);
  }
}
