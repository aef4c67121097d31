package io.pairstream.cli.recipe;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cleaning.image.NearCopies;
import io.pairstream.terminal.Printer;
import io.pairstream.terminal.TerminalText;
import io.pairstream.tools.recipe.RecipeTrial;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Writes what a recipe would keep of local files, and why not the rest. */
record RecipeTryPrinter(PrintWriter out) implements Printer {

  /** A trial of a recipe on local files, as JSON. */
  record Tried(String recipe, String version, @JsonUnwrapped RecipeTrial.Result result) {}

  private static final int LINE_COLUMNS = 100;

  /**
   * Writes what came of a trial.
   *
   * @param paths what was tried
   * @param sheet the contact sheet; null where none was made
   */
  void print(Tried tried, List<String> paths, Path sheet, NearCopies nearCopies) {
    RecipeTrial.Result result = tried.result();
    print("%s, version %s, on %s%n", tried.recipe(), tried.version(), String.join(", ", paths));
    share("kept", result.kept().values().stream().mapToLong(count -> count).sum(), result);
    result
        .kept()
        .forEach(
            (split, count) -> share("  " + split.name().toLowerCase(Locale.ROOT), count, result));
    share("copies of kept pairs", result.copies(), result);
    share(
        "rejected",
        result.refusals().stream().mapToLong(RecipeTrial.Refusals::count).sum(),
        result);
    for (RecipeTrial.Refusals refusals : result.refusals()) {
      share("  " + refusals.reason(), refusals.count(), result);
      print("      %s", refusals.remedy());
      for (RecipeTrial.Example example : refusals.examples()) {
        String said = example.where() + ": " + example.detail();
        print("      - %s", TerminalText.fit(said, LINE_COLUMNS - 8));
      }
    }
    print(
        "%nof the kept captions, cleaning changed %,d and the token limit cut %,d",
        result.changedCaptions(), result.truncatedCaptions());
    count("%,d pair(|s) failed in a step: mend it, and try again", result.crashed());
    count("%,d line(|s) or file(|s) gave no pair", result.problemCount());
    if (nearCopies.areLookedFor()) {
      print("near copies are left out: they are looked for among all pairs, once these are sent");
    }
    if (sheet != null) {
      print("contact sheet: %s", sheet);
    }
  }

  private void share(String label, long part, RecipeTrial.Result of) {
    double share = of.pairs() == 0 ? 0 : (double) part / of.pairs();
    print("%-34s %,9d %6.1f %%  %s", label, part, 100 * share, TerminalText.bar(share, 30));
  }
}
