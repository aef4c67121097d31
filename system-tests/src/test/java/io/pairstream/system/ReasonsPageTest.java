package io.pairstream.system;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.RejectReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of reasons is made of the reasons with their words, and of the default recipe. */
class ReasonsPageTest {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));
  private static final Path PAGE = PROJECT.resolve("docs/reasons.md");

  /** A key of the recipe with its value, what it is and the reasons that it decides. */
  private static final Pattern KEY =
      Pattern.compile("(?m)^(\\S+):.*|^ {2}(\\S+): (.*?) +# (.*?):? ((?:[A-Z]+_[A-Z_]+(?:, )?)+)$");

  private static final Map<String, String> SECTIONS =
      Map.of(
          "UNREADABLE_RECORD", "Records",
          "IMAGE_EMPTY", "Images",
          "WITHDRAWN", "Withdrawn and forbidden",
          "IMAGE_ONE_COLOUR", "Quality of the picture",
          "CAPTION_NOT_UTF8", "Captions",
          "REFUSED_BY_PLUGIN", "Steps of your own",
          "FETCH_URL_INVALID", "Links",
          "DUPLICATE_PAIR", "Copies, and our faults");

  @Test
  void isWhatTheCodeSays() throws IOException {
    MadeDocument.require(PAGE, page());
    assertThat(limits().keySet()).as("reasons with a key").hasSizeGreaterThan(25);
  }

  /**
   * A key that decides is named with its reason where the recipe is explained; those of a picture's
   * quality are explained on the page of reasons alone.
   */
  @Test
  void theRecipesPageNamesEachReasonWithItsKeys() throws IOException {
    String recipe = Files.readString(PROJECT.resolve("docs/recipe.md"));

    Map<RejectReason, String> limits = limits();
    limits.values().removeIf(keys -> keys.startsWith("`quality."));
    limits.forEach(
        (reason, keys) ->
            assertThat(recipe)
                .contains("`" + reason + "`")
                .containsPattern("\\b" + keys.replaceAll("^`.*?\\.([\\w-]+):.*", "$1") + "\\b"));
  }

  private static String page() throws IOException {
    Map<RejectReason, String> limits = limits();
    return Stream.of(RejectReason.values())
        .map(
            reason ->
                (SECTIONS.containsKey(reason.name()) ? head(SECTIONS.get(reason.name())) : "")
                    + "| `%s`<br>%s | %s | %s%s |%n"
                        .formatted(
                            reason,
                            reason.title(),
                            limits.getOrDefault(reason, ""),
                            reason.remedy(),
                            reason.isWaivable() ? " *Can be waived.*" : ""))
        .collect(
            joining(
                "",
                """
                # Why a pair was rejected

                For anyone who has a reason in front of them. Each rejection also says what was measured and the limit: \
                `./pairstream why PAIR_ID`, the pair's card on the [dashboard](dashboard.md#pairs), or `GET /v1/pairs/ID`.

                *Measure and limit* names the keys of the [recipe](recipe.md) that decide, with the defaults of \
                `dalle`, and what is measured; 0, 1 or an empty value mostly means off. A reviewer may [let in](quarantine.md#decide-about-a-pair) what *can \
                be waived*. `MODEL_REFUSED` has the [limits of answers](recipe.md#limits-of-answers). \
                *COCO* are the values of 239 of its photographs at 1 %, 50 % and 99 %; \
                [1] to [3] are named in [recipe](recipe.md#measures-of-images).

                <!-- Made by ReasonsPageTest; -Dwrite.docs=true writes it anew. -->
                """,
                ""));
  }

  private static String head(String title) {
    return "\n## %s\n\n| Reason | Measure and limit | What to do |\n|---|---|---|\n"
        .formatted(title);
  }

  private static Map<RejectReason, String> limits() throws IOException {
    Map<RejectReason, String> limits = new EnumMap<>(RejectReason.class);
    String recipe =
        Files.readString(
            PROJECT.resolve(
                "cleaning/src/main/resources/io/pairstream/cleaning/recipe/dalle.yaml"));
    String section = "";
    for (MatchResult line : KEY.matcher(recipe).results().toList()) {
      if (line.group(1) != null) {
        section = line.group(1);
        continue;
      }
      String limit =
          "`%s.%s: %s`, %s".formatted(section, line.group(2), line.group(3), line.group(4));
      for (String reason : List.of(line.group(5).split(", "))) {
        limits.merge(RejectReason.valueOf(reason), limit, (one, other) -> one + "<br>" + other);
      }
    }
    return limits;
  }
}
