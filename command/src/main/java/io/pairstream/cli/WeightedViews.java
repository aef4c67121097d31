package io.pairstream.cli;

import io.pairstream.feed.ViewRun;
import io.pairstream.feed.WeightedView;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The views of a run as a command line names them: one, or several with a weight behind a colon.
 *
 * @param views at least one; the weight of one alone does not count
 */
record WeightedViews(List<WeightedView> views) {

  private static final Pattern WEIGHTED = Pattern.compile("(.+):([0-9]{1,6})");

  /** Reads a view by what names it. */
  interface Reader {

    View read(String name) throws IOException;
  }

  /**
   * Reads all views.
   *
   * @throws InvalidViewException where there is no view, or weights are missing or one too many
   */
  static WeightedViews read(List<String> names, Reader reader) throws IOException {
    if (names.size() == 1) {
      String name = names.get(0);
      if (WEIGHTED.matcher(name).matches() && !Files.exists(Path.of(name))) {
        throw new InvalidViewException(
            name + " has a weight; one view alone has none, and several have one each");
      }
      return new WeightedViews(List.of(new WeightedView(reader.read(name), 1)));
    }
    List<WeightedView> mix = new ArrayList<>();
    for (String name : names) {
      Matcher weighted = WEIGHTED.matcher(name);
      if (!weighted.matches()) {
        throw new InvalidViewException(
            name + " has no weight; where views are mixed, each has one: " + name + ":1");
      }
      mix.add(
          new WeightedView(reader.read(weighted.group(1)), Integer.parseInt(weighted.group(2))));
    }
    return new WeightedViews(mix);
  }

  /** Topic of the first view. */
  String topic() {
    return views.get(0).view().topic();
  }

  /**
   * A run over them.
   *
   * @throws IllegalArgumentException where they cannot be mixed
   */
  ViewRun run(OrderPlan plan) {
    return views.size() == 1 ? ViewRun.of(views.get(0).view(), plan) : ViewRun.ofMix(views, plan);
  }
}
