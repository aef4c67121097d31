package io.pairstream.feed.set;

import io.pairstream.feed.set.SetManifest.Shard;
import io.pairstream.feed.set.SetManifest.Split;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Descriptions of a set: {@code README.md} as a hub's data set card, whose head lets its viewer
 * find the files, and {@code croissant.json} (https://mlcommons.org/croissant).
 *
 * @param pairs how many that are not withdrawn, by column and value
 */
record SetCard(SetManifest manifest, SortedMap<String, SortedMap<String, Long>> pairs) {

  private static final String README = "README.md";
  private static final String CROISSANT = "croissant.json";

  /** Keys of the descriptions. */
  static final List<String> KEYS = List.of(README, CROISSANT);

  /** Names of splits as hubs know them. */
  private static final Map<String, String> HUB_SPLITS =
      Map.of("training", "train", "validation", "validation", "test", "test");

  /** Licences that a hub knows by their identifier in lower case. */
  private static final String KNOWN_LICENCE =
      "cc0-1\\.0|cc-by(-nc)?(-sa|-nd)?-[234]\\.0|pddl|odbl|odc-by|mit|apache-2\\.0|gfdl";

  private static final int MOST_ROWS = 50;
  private static final String LICENCE = "licence";
  private static final String LANGUAGE = "language";
  private static final String RECIPE = "recipe_version";

  /** Writes the descriptions of a commit, unless they are there. Reads all indices for it. */
  static void write(SetStore set, SetManifest manifest, ShardFiles files) throws IOException {
    if (set.objects().find(CROISSANT).isPresent()
        && new String(set.objects().read(CROISSANT), StandardCharsets.UTF_8)
            .contains(commit(manifest))) {
      return;
    }
    SortedMap<String, SortedMap<String, Long>> pairs = new TreeMap<>();
    List<String> columns = List.of(LICENCE, LANGUAGE, RECIPE);
    columns.forEach(column -> pairs.put(column, new TreeMap<>()));
    for (Shard shard : manifest.shards().toList()) {
      set.fetch(shard.index(), files.index());
      IndexFile.readAll(
          files.index(),
          columns::contains,
          (row, values) -> {
            if (!shard.withdrawn().contains(row)) {
              columns.forEach(
                  column ->
                      pairs.get(column).merge(values.getOrDefault(column, ""), 1L, Long::sum));
            }
          });
    }
    SetCard card = new SetCard(manifest, pairs);
    set.objects().put(README, card.readme().getBytes(StandardCharsets.UTF_8));
    set.objects()
        .put(CROISSANT, Croissant.json(manifest, commit(manifest), pairs.get(LICENCE).keySet()));
  }

  private static String commit(SetManifest manifest) {
    return "Commit %d of the set %s.".formatted(manifest.number(), manifest.set());
  }

  private String readme() {
    return head()
        + "\n# %s\n\nImage-text pairs, written by Pairstream. %s\n"
            .formatted(plain(manifest.dataset()), commit(manifest))
        + splits()
        + table("Licence", pairs.get(LICENCE))
        + table("Language", pairs.get(LANGUAGE))
        + table("Recipe version", pairs.get(RECIPE))
        + READING.formatted(manifest.splits().firstKey());
  }

  private String head() {
    List<String> lines = new ArrayList<>(List.of("---"));
    List<String> licences = pairs.get(LICENCE).keySet().stream().toList();
    if (licences.size() == 1 && !licences.get(0).isEmpty()) {
      String licence = licences.get(0).toLowerCase(Locale.ROOT);
      boolean isKnown = licence.matches(KNOWN_LICENCE);
      lines.add("license: " + (isKnown ? licence : "other"));
    }
    List<String> languages =
        pairs.get(LANGUAGE).keySet().stream()
            .map(tag -> tag.replaceFirst("-.*", ""))
            .filter(tag -> tag.matches("[a-z]{2,3}") && !tag.equals("und"))
            .distinct()
            .toList();
    if (!languages.isEmpty()) {
      lines.add("language: [" + String.join(", ", languages) + "]");
    }
    lines.add("task_categories: [text-to-image]");
    lines.add("size_categories: [" + size() + "]");
    lines.add("configs:");
    lines.add("- config_name: default");
    lines.add("  data_files:");
    for (String split : manifest.splits().keySet()) {
      lines.add("  - split: " + HUB_SPLITS.get(split));
      lines.add("    path: " + split + "/*.tar");
    }
    lines.add("---");
    return String.join("\n", lines) + "\n";
  }

  private String size() {
    long samples = manifest.splits().values().stream().mapToLong(Split::samples).sum();
    String[] names = {"1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T"};
    long limit = 1_000;
    int at = 0;
    while (at < names.length - 1 && samples >= limit) {
      limit *= 10;
      at++;
    }
    return at == 0 ? "n<1K" : names[at - 1] + "<n<" + names[at];
  }

  private String splits() {
    StringBuilder text =
        new StringBuilder("\n| Split | Pairs | Withdrawn | Tars | Bytes | View |\n");
    text.append("|---|---|---|---|---|---|\n");
    manifest
        .splits()
        .forEach(
            (name, split) ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        "| %s | %,d | %,d | %,d | %,d | %s |%n",
                        name,
                        split.samples(),
                        split.shards().stream().mapToInt(one -> one.withdrawn().size()).sum(),
                        split.shards().size(),
                        split.shards().stream().mapToLong(Shard::bytes).sum(),
                        ExportPlan.title(split.view().name(), split.view().fingerprint()))));
    return text.toString();
  }

  /** Numbers of pairs by value, the most frequent ones first. */
  private static String table(String title, SortedMap<String, Long> counts) {
    String rows =
        counts.entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .limit(MOST_ROWS)
            .map(
                one ->
                    String.format(
                        Locale.ROOT,
                        "| %s | %,d |\n",
                        one.getKey().isEmpty() ? "not known" : plain(one.getKey()),
                        one.getValue()))
            .collect(Collectors.joining());
    return "\n| %s | Pairs |\n|---|---|\n%s".formatted(title, rows);
  }

  /** A text that others wrote, without meaning in Markdown. */
  private static String plain(String text) {
    return text.replaceAll("[\\p{Cntrl}\\\\|`<>\\[\\]*_#&]", " ").strip();
  }

  private static final String READING =
      """

      ## Reading

      A pair is `PAIR_ID.jpg` or `.png`, `PAIR_ID.json` and `PAIR_ID.txt` in a tar. The Parquet file beside it has a row
      a pair: the same fields, and where in the tar its picture is. Pairs that were withdrawn are zeros.

      ```python
      import pairstream
      source = pairstream.open("FOLDER OR s3://BUCKET/PREFIX", split="%1$s")

      import glob, webdataset
      webdataset.WebDataset(sorted(glob.glob("%1$s/*.tar"))).decode("pil").to_tuple("jpg;png", "txt", "json")

      import duckdb
      duckdb.sql("SELECT caption, picture.uri FROM '%1$s/*.parquet'")

      import datasets
      datasets.load_dataset("webdataset", data_files="%1$s/*.tar", split="train", streaming=True)
      datasets.load_dataset("parquet", data_files="%1$s/*.parquet", split="train")
      ```
      """;
}
