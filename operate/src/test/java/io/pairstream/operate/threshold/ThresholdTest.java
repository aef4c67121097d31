package io.pairstream.operate.threshold;

import static io.pairstream.cleaning.Measured.Bound.AT_LEAST;
import static io.pairstream.cleaning.Measured.Bound.AT_MOST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cleaning.Measured.Bound;
import io.pairstream.curation.history.AnswerNote;
import io.pairstream.operate.Served;
import io.pairstream.operate.catalogue.JudgedPairs;
import io.pairstream.operate.catalogue.PairSearch;
import io.pairstream.operate.metrics.LimitMetrics;
import io.pairstream.operate.pairs.ThresholdRoutes;
import io.pairstream.operate.profile.ProfileFold;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.RecordedLimit;
import io.pairstream.schemas.RecordedRecipe;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.report.PrometheusText;
import io.pairstream.service.table.TopicTable;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThresholdTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = JudgedPairs.dataset(KAFKA, 2);
  @AutoClose private final JudgedPairs judged = new JudgedPairs(cluster);
  private final List<String> ids = new ArrayList<>();

  @TempDir Path folder;
  @AutoClose private TopicTable catalogue;
  @AutoClose private Served served;

  @BeforeEach
  void open() throws Exception {
    catalogue =
        JudgedPairs.catalogue(
            cluster,
            folder,
            new ProfileFold(cluster.topics()),
            new MeasureSample(cluster.topics()));
    served =
        new Served(
            new ThresholdRoutes(catalogue, new PairSearch(catalogue, Clock.systemUTC())).routes());
  }

  /** Pair i of 20 has the number i / 20; one was withdrawn, one failed, one was not asked. */
  private void judge() {
    for (int i = 0; i < 23; i++) {
      ids.add(
          judged.accept(
              JudgedPairs.raw("pair " + i, "SCRAPED", "museum"),
              i % 2 == 0 ? PairStatus.TRAINING : PairStatus.TEST));
    }
    for (int i = 0; i < 20; i++) {
      say(i, PairAnswer.newBuilder().setNumbers(Map.of("nsfw", i / 20.0)).build());
    }
    say(20, PairAnswer.newBuilder().setStatus("FAILED").setReason("CRASHED").build());
    say(21, PairAnswer.newBuilder().setNumbers(Map.of("nsfw", 0.31)).build());
    judged.remove(PairStatus.TEST, ids.get(21));
    judged.await(catalogue);
  }

  private void say(int number, PairAnswer said) {
    judged.send(cluster.topics().pairAnswers(), ids.get(number) + "/judge", said);
  }

  @Test
  void aLimitDividesThePairsAndShowsTheNearestOfBothSides() throws Exception {
    judge();

    JsonNode answer = json("field=answer.nsfw&limit=0.3");

    assertThat(answer.path("published").asLong()).isEqualTo(22);
    assertThat(answer.path("fields").toString())
        .isEqualTo("[\"answer.nsfw\",\"measure.original_width_px\",\"measure.sharpness\"]");
    JsonNode divided = answer.path("divided");
    assertThat(divided.path("failed").asLong()).isEqualTo(1);
    assertThat(divided.path("kept").asLong()).isEqualTo(7);
    assertThat(captions(divided.path("kept_pairs")))
        .containsExactly("pair 6", "pair 5", "pair 4", "pair 3", "pair 2", "pair 1", "pair 0");
    assertThat(captions(divided.path("left_out_pairs")))
        .containsExactly(
            "pair 7", "pair 8", "pair 9", "pair 10", "pair 11", "pair 12", "pair 13", "pair 14");
    assertThat(divided.path("left_out_pairs").get(0).path("value").asDouble()).isEqualTo(0.35);
    assertThat(divided.path("left_out_pairs").get(0).path("picture").asText())
        .startsWith("/v1/pictures/");
    assertThat(divided.path("condition").asText()).isEqualTo("answer.nsfw<=0.3");
    assertThat(divided.path("recipe").asText()).isEqualTo("answers:\n  nsfw:\n    max: 0.3");
    assertThat(divided.path("in_recipe").isNull()).isTrue();
    JsonNode least = json("field=answer.nsfw&bound=AT_LEAST&limit=0.85").path("divided");
    assertThat(captions(least.path("kept_pairs"))).containsExactly("pair 17", "pair 18", "pair 19");
    assertThat(captions(least.path("left_out_pairs"))).startsWith("pair 16", "pair 15");
    assertThat(least.path("condition").asText()).isEqualTo("answer.nsfw>=0.85");
  }

  @Test
  void beginsAtTheLimitOfTheRecipeAndCountsBothSides() throws Exception {
    judge();
    recipe(limit("nsfw").setMax(0.2).build());
    recipe(
        limit("nsfw").setMin(0.85).setWhenOutside("HOLD").build(),
        limit("style").setLabels(List.of("photo", "drawing")).build(),
        limit("unheard").setMax(1.0).build());

    JsonNode answer = json("field=answer.nsfw");
    JsonNode divided = answer.path("divided");
    assertThat(answer.path("bound").asText()).isEqualTo("AT_LEAST");
    assertThat(divided.path("limit").asDouble()).isEqualTo(0.85);
    assertThat(divided.path("kept").asLong()).isEqualTo(3);
    assertThat(divided.path("in_recipe").path("when_outside").asText()).isEqualTo("HOLD");
    assertThat(divided.path("recipe").asText()).isEqualTo("answers:\n  nsfw:\n    min: 0.85");
    assertThat(json("field=answer.nsfw&bound=AT_MOST").path("divided").path("in_recipe").isNull())
        .isTrue();
    say(1, said(Map.of("nsfw", 0.9), Map.of("style", "photo")));
    say(2, said(Map.of(), Map.of("style", "film")));
    say(3, said(Map.of("style", 1.0), Map.of()));
    say(21, null);
    judged.await(catalogue);
    assertThat(LimitedAnswer.all(catalogue))
        .containsExactly(
            new LimitedAnswer("nsfw", 0.85, null, "HOLD", 4, 14, 1),
            new LimitedAnswer("style", null, null, "SHADOW", 1, 2, 1),
            new LimitedAnswer("unheard", null, 1.0, "SHADOW", 0, 0, 0));
    PairSearch search = new PairSearch(catalogue, Clock.systemUTC());
    assertThat(search.answers(ids.get(1)))
        .containsExactly(
            new AnswerNote("judge", "nsfw", 0.9, "", "", ""),
            new AnswerNote("judge", "style", null, "photo", "", ""));
    assertThat(search.answers(ids.get(0)).get(0).outside()).isEqualTo("HOLD");
    assertThat(search.answers(ids.get(2)).get(0).outside()).isEqualTo("SHADOW");
    assertThat(search.answers(ids.get(20)).get(0).outside()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "-0.51, 0, 8",
    "-0.5, 1, 8",
    "-0.105, 2, 6",
    "-0.1, 3, 6",
    "0, 5, 4",
    "0.3149, 5, 3",
    "0.315, 6, 3",
    "0.32, 7, 1",
    "2, 8, 0"
  })
  void countsExactlyAlsoAmongNumbersOfTheSameDigits(double limit, int atMost, int atLeast) {
    double[] numbers = {-0.5, -0.107, -0.1, -1e-9, 0, 0.315, 0.3151, 0.9};
    for (int i = 0; i < numbers.length; i++) {
      ids.add(judged.accept(JudgedPairs.raw("pair " + i, "SCRAPED", ""), PairStatus.TRAINING));
      say(i, said(Map.of("score", numbers[i]), Map.of()));
    }
    judged.await(catalogue);

    assertThat(divided(AT_MOST, limit).kept()).isEqualTo(atMost);
    assertThat(divided(AT_LEAST, limit).kept()).isEqualTo(atLeast);
    assertThat(divided(AT_MOST, limit).count()).isEqualTo(8);
  }

  private Threshold divided(Bound bound, double limit) {
    return Threshold.of(catalogue, "answer.score", bound, OptionalDouble.of(limit)).orElseThrow();
  }

  @Test
  void metricsAreCountedAtMostOnceAMinute() throws Exception {
    judge();
    say(21, null);
    recipe(limit("nsfw").setMin(0.85).setWhenOutside("HOLD").build());
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    InstantSource moved = now::get;
    LimitMetrics metrics =
        new LimitMetrics(catalogue, Map.of("namespace", "d"), moved.withZone(ZoneOffset.UTC));

    assertThat(scraped(metrics))
        .contains("{answer=\"nsfw\",namespace=\"d\",side=\"within\",when_outside=\"HOLD\"} 3")
        .contains("side=\"unanswered\",when_outside=\"HOLD\"} 1");
    say(22, said(Map.of("nsfw", 0.9), Map.of()));
    judged.await(catalogue);
    assertThat(scraped(metrics)).contains("side=\"within\",when_outside=\"HOLD\"} 3");
    now.set(Instant.EPOCH.plusSeconds(61));
    assertThat(scraped(metrics))
        .contains("side=\"within\",when_outside=\"HOLD\"} 4")
        .contains("side=\"unanswered\",when_outside=\"HOLD\"} 0");
  }

  private static String scraped(LimitMetrics metrics) {
    PrometheusText text = new PrometheusText();
    metrics.write(text);
    return text.toString();
  }

  private void recipe(RecordedLimit... limits) {
    judged.send(
        cluster.topics().recipes(),
        "answers",
        RecordedRecipe.newBuilder().setLimits(List.of(limits)).build());
    judged.await(catalogue);
  }

  private static RecordedLimit.Builder limit(String answer) {
    return RecordedLimit.newBuilder().setAnswer(answer);
  }

  private static PairAnswer said(Map<String, Double> numbers, Map<String, String> labels) {
    return PairAnswer.newBuilder().setNumbers(numbers).setLabels(labels).build();
  }

  @Test
  void aMeasuresLimitHasARecipesLineWhereARecipeHasItsKey() throws Exception {
    judge();

    JsonNode divided = json("field=measure.sharpness&bound=AT_LEAST&limit=12.5").path("divided");

    assertThat(divided.path("count").asLong()).isEqualTo(22);
    assertThat(divided.path("kept").asLong()).isEqualTo(22);
    assertThat(divided.path("kept_pairs")).hasSize(8);
    assertThat(divided.path("condition").asText()).isEqualTo("measure.sharpness>=12.5");
    assertThat(divided.path("recipe").asText()).isEqualTo("quality:\n  min-sharpness: 12.5");
    assertThat(json("field=measure.sharpness&limit=1").path("divided").path("recipe").asText())
        .isEmpty();
    assertThat(json("field=measure.sharpness&limit=1").path("divided").path("kept").asLong())
        .isZero();
  }

  @Test
  void suggestsALimitThatKeepsNineTenths() {
    judge();

    assertThat(suggested("answer.nsfw", AT_MOST)).isEqualTo(0.85);
    assertThat(suggested("answer.nsfw", AT_LEAST)).isEqualTo(0.1);
  }

  private double suggested(String field, Bound bound) {
    return Threshold.of(catalogue, field, bound, OptionalDouble.empty()).orElseThrow().limit();
  }

  @Test
  void saysWhereThereIsNothingToDivideAndWhatIsNoLimit() throws Exception {
    catalogue.reachedNow().join();

    assertThat(json("").path("divided").isNull()).isTrue();
    assertThat(json("field=answer.%27%20OR%201%20--").path("divided").isNull()).isTrue();
    assertThat(json("field=measure.none").path("divided").isNull()).isTrue();
    served.json("/v1/threshold?field=width", 400);
    served.json("/v1/threshold?field=answer.nsfw&limit=NaN", 400);
    served.json("/v1/threshold?field=answer.nsfw&bound=EXACTLY", 400);
    assertThatThrownBy(
            () -> Threshold.of(catalogue, "measure.a\"b", AT_MOST, OptionalDouble.empty()))
        .hasMessage("there is no field measure.a\"b; right is answer.NAME or measure.NAME");
  }

  private static List<String> captions(JsonNode pairs) {
    return pairs.findValuesAsText("caption");
  }

  private JsonNode json(String query) throws Exception {
    return served.json("/v1/threshold?" + query);
  }
}
