package io.pairstream.operate.web;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.StaticFiles;
import java.util.List;
import java.util.stream.Stream;

/** The operators' page at {@code /} and its files at {@code /assets/NAME}. */
public final class DashboardPage {

  /** Where the files lie on the class path. */
  static final String FOLDER = "/io/pairstream/operate/web/";

  /** All files but the page itself and what every page has. */
  static final List<String> ASSETS =
      List.of(
          """
          icon.svg page.css app.js charts.js dialog.js format.js parts.js session.js watch.js
          words.en.json words.zh.json overview.js topology.js lag.js pairs.js pair.js
          quarantine.js profile.js threshold.js actions.js tiles.js review.js hour.js\
          """
              .split("\\s+"));

  private DashboardPage() {}

  /** The routes, for anybody: what the page shows is asked for with the looker's own rights. */
  public static List<Route> routes() {
    List<String> assets = Stream.concat(ASSETS.stream(), Stream.of(RejectReason.WORDS)).toList();
    return StaticFiles.routes(DashboardPage.class, FOLDER, "index.html", assets);
  }
}
