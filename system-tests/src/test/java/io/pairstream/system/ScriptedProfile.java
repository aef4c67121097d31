package io.pairstream.system;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** What a made-up data set is made of. */
final class ScriptedProfile {

  private static final JsonMapper JSON = new JsonMapper();

  private ScriptedProfile() {}

  static ObjectNode story() {
    ObjectNode profile = JSON.createObjectNode().put("ready", true);
    profile
        .put("since", ScriptedPairs.NOW.minus(Duration.ofDays(9)).toString())
        .put("pairs", 48_211);
    ObjectNode counts = profile.putObject("counts");
    values(
        counts.putArray("standing"),
        "TRAINING",
        41_872,
        "QUARANTINED",
        3_906,
        "VALIDATION",
        1_630,
        "TEST",
        803);
    values(
        counts.putArray("source_kind"),
        "IMPORTED",
        21_480,
        "CROWDSOURCED",
        14_022,
        "SCRAPED",
        9_903,
        "SYNTHETIC",
        2_806);
    values(counts.putArray("licence"), "CC0 1.0", 24_286, "CC BY 4.0", 14_022, "", 9_903);
    values(counts.putArray("language"), "en", 39_870, "zh", 7_741, "de", 412, "other", 188);
    values(
        counts.putArray("media_type"),
        "image/jpeg",
        38_004,
        "image/png",
        7_210,
        "image/webp",
        2_997);
    values(counts.putArray("split"), "TRAINING", 41_872, "VALIDATION", 1_630, "TEST", 803);
    values(counts.putArray("fold"), "0", 4_431, "1", 4_420, "2", 4_436, "3", 4_410, "4", 4_442);
    ObjectNode histograms = profile.putObject("histograms");
    histogram(histograms, "width", 1, 64, 128, 256, 512, 1024, 2048, 4096, 8192);
    histogram(histograms, "height", 2, 64, 128, 256, 512, 1024, 2048, 4096, 8192);
    histogram(histograms, "aspect", 3, 0.25, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 4);
    histogram(histograms, "bytes", 4, 1024, 8192, 32_768, 131_072, 524_288, 2_097_152, 8_388_608);
    histogram(histograms, "sharpness", 5, 0, 40, 80, 160, 320, 640, 1280, 2560);
    histogram(histograms, "caption_characters", 6, 0, 20, 40, 60, 80, 120, 160, 240, 480);
    histogram(histograms, "token_count", 7, 0, 8, 16, 24, 32, 48, 64, 77);
    profile.put("truncated_share", 0.031);
    ArrayNode words = profile.putArray("words");
    String[] named = {
      "sea", "boat", "sky", "mountain", "red", "house", "tree", "city", "night", "light", "snow",
      "table", "flower", "sun", "green", "blue", "ocean", "rock", "window", "sand", "hill",
          "forest",
      "balloon", "vase", "desert", "sunset", "calm", "small", "lit", "tall"
    };
    for (int i = 0; i < named.length; i++) {
      words.addObject().put("word", named[i]).put("count", (int) (6_100 / Math.pow(i + 1, 0.7)));
    }
    ArrayNode producers = profile.putArray("producers");
    producer(producers, "harbour-archive", 20_933, 547, 96, "IMAGE_TOO_SMALL");
    producer(producers, "garden-club", 11_740, 402, 233, "CAPTION_TOO_SHORT");
    producer(producers, "", 8_511, 1_392, 1_804, "CAPTION_HAS_LINK");
    producer(producers, "diffusion-v2", 2_688, 118, 0, "IMAGE_BLURRED");
    producer(producers, "phone-app", 433, 1_447, 12, "CAPTION_IS_FILE_NAME");
    ArrayNode balance = profile.putArray("balance");
    for (String category : List.of("source_kind", "language", "licence", "fold")) {
      balance
          .addObject()
          .put("category", category)
          .put("evenness", category.equals("fold") ? 0.99 : 0.71)
          .set("values", counts.get(category).deepCopy());
    }
    return profile;
  }

  private static void values(ArrayNode values, Object... counted) {
    for (int i = 0; i < counted.length; i += 2) {
      values.addObject().put("value", (String) counted[i]).put("count", (Integer) counted[i + 1]);
    }
  }

  private static void histogram(ObjectNode histograms, String name, int seed, double... edges) {
    ObjectNode histogram = histograms.putObject(name);
    ArrayNode edgeList = histogram.putArray("edges");
    for (double edge : edges) {
      edgeList.add(edge);
    }
    ArrayNode counts = histogram.putArray("counts");
    Random random = new Random(seed);
    double middle = (edges.length - 1) * (0.45 + 0.1 * random.nextDouble());
    for (int i = 0; i < edges.length - 1; i++) {
      double away = (i - middle) / 1.6;
      counts.add((int) (16_000 * Math.exp(-away * away) + random.nextInt(400)));
    }
  }

  private static void producer(
      ArrayNode producers, String name, int accepted, int rejected, int copies, String reason) {
    producers
        .addObject()
        .put("contributor", name)
        .put("accepted", accepted)
        .put("rejected", rejected)
        .put("copies", copies)
        .put("acceptance_rate", accepted / (double) (accepted + rejected))
        .put("top_reason", reason);
  }
}
