package io.pairstream.operations.profile;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.service.http.Json;
import java.util.List;
import java.util.OptionalDouble;

/** A {@link ProfileReport} as JSON. */
public final class ProfileJson {

  private static final int MOST_VALUES = 20;
  private static final double PRECISION = 1e4;

  /** By what the pairs may be balanced. */
  private static final List<String> CATEGORIES =
      List.of("source_kind", "language", "licence", "orientation", "fold");

  private ProfileJson() {}

  /**
   * The object.
   *
   * @param dataset the data set's name
   * @param ready whether all is counted that was there when the reading began
   */
  public static ObjectNode of(String dataset, ProfileReport report, boolean ready) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("dataset", dataset);
    json.put("ready", ready);
    json.put("since", report.since().map(Json::time).orElse(null));
    json.put("pairs", report.pairs());
    ObjectNode counts = json.putObject("counts");
    report
        .counts()
        .forEach(
            (name, values) -> {
              // Pairs that are not among the counted values are the rest, where each has one.
              long known = values.counts().stream().mapToLong(Count::count).sum();
              boolean ofPairs = !name.equals("standing") && !name.equals("reason");
              long all = ofPairs ? Math.max(known, report.pairs()) : known;
              counts.set(name, values(values, all));
            });
    ObjectNode histograms = json.putObject("histograms");
    for (ProfileReport.Histogram histogram : report.histograms()) {
      ObjectNode one = histograms.putObject(histogram.name());
      one.put("unit", histogram.unit());
      ArrayNode edges = one.putArray("edges");
      histogram.edges().forEach(edge -> number(edges, edge));
      ArrayNode bins = one.putArray("counts");
      histogram.counts().forEach(bins::add);
    }
    put(json, "truncated_share", report.truncatedShare());
    ArrayNode words = json.putArray("words");
    report
        .words()
        .counts()
        .forEach(word -> words.addObject().put("word", word.value()).put("count", word.count()));
    json.put("words_error", 0);
    ArrayNode producers = json.putArray("producers");
    report
        .producers()
        .forEach(
            producer -> {
              ObjectNode one =
                  producers
                      .addObject()
                      .put("contributor", producer.contributor())
                      .put("accepted", producer.accepted())
                      .put("rejected", producer.rejected())
                      .put("copies", producer.copies());
              put(one, "acceptance_rate", producer.acceptanceRate());
              put(one, "copy_rate", producer.copyRate());
              one.put("top_reason", producer.topReason());
            });
    json.put("producers_exact", true);
    ArrayNode balance = json.putArray("balance");
    for (String category : CATEGORIES) {
      ValueCounts values = report.counts().get(category);
      if (!values.counts().isEmpty()) {
        ObjectNode one = balance.addObject().put("category", category);
        one.set("values", values(values, values.counts().stream().mapToLong(Count::count).sum()));
        one.put("evenness", rounded(values.evenness()));
      }
    }
    return json;
  }

  private static ArrayNode values(ValueCounts values, long all) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    List<Count> top = values.top(MOST_VALUES);
    top.forEach(count -> array.addObject().put("value", count.value()).put("count", count.count()));
    long others = all - top.stream().mapToLong(Count::count).sum();
    if (others > 0) {
      array.addObject().put("value", "other").put("count", others);
    }
    return array;
  }

  private static void put(ObjectNode json, String name, OptionalDouble share) {
    if (share.isPresent()) {
      json.put(name, rounded(share.getAsDouble()));
    } else {
      json.putNull(name);
    }
  }

  private static void number(ArrayNode array, double number) {
    if (number == Math.rint(number)) {
      array.add((long) number);
    } else {
      array.add(number);
    }
  }

  private static double rounded(double share) {
    return Math.rint(share * PRECISION) / PRECISION;
  }
}
