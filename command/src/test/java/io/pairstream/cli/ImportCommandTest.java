package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.demo.DecidedPairs;
import io.pairstream.ingest.files.ImportRun;
import io.pairstream.ingest.files.ImportState;
import io.pairstream.ingest.files.SourceItem.Problem;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(900)
class ImportCommandTest {

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void pathThatDoesNotExistIsWrongUsage() {
    assertThat(run(folder.resolve("nowhere").toString())).isEqualTo(2);

    assertThat(err.toString()).endsWith("nowhere does not exist\n").doesNotContain("\tat ");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void unreachableBrokerIsSaidInOneLine() throws Exception {
    onePair();

    assertThat(run(folder.toString(), "--json", "--bootstrap-servers", "127.0.0.1:1")).isEqualTo(3);

    assertThat(err.toString())
        .startsWith("pairstream: no broker at 127.0.0.1:1 answers")
        .hasLineCount(1);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void secondImportOfTheSameIsTurnedAway() throws Exception {
    onePair();
    Path state = folder.resolve("state.json");

    try (ImportState first = ImportState.in(state, "", true)) {
      assertThat(first.isBegun()).isFalse();
      assertThat(run(folder.toString(), "--resume", state.toString())).isEqualTo(3);
    }

    assertThat(err.toString())
        .startsWith("pairstream: another import of the same is under way, and notes how far it is")
        .hasLineCount(1);
  }

  @Test
  void trialSaysWhatWouldBePublishedAndNeedsNoBroker() throws Exception {
    onePair();
    Files.writeString(
        folder.resolve("l.csv"), "pic,say,at\nx.jpg,one,\ngone.jpg,two,\n,three,https://e.org/3\n");

    int status =
        run(
            folder.resolve("l.csv").toString(),
            "--dry-run",
            "--columns",
            "image=pic,caption=say,url=at",
            "--failed",
            folder.resolve("failed.jsonl").toString(),
            "--bootstrap-servers",
            "127.0.0.1:1");

    assertThat(status).isEqualTo(1);
    assertThat(out.toString()).startsWith("1 would be published, 1 links to fetch, 1 problems in ");
    assertThat(err.toString()).contains("l.csv:3: gone.jpg does not exist");
    assertThat(Files.readAllLines(folder.resolve("failed.jsonl")))
        .singleElement()
        .asString()
        .contains("\"entry\":3,\"where\":\"l.csv:3\",\"problem\":\"gone.jpg does not exist\"");
  }

  @Test
  void eachSourceHasItsLine() throws Exception {
    onePair();
    Files.writeString(folder.resolve("a.csv"), "x.jpg,one\nx.jpg,two\n");
    Files.writeString(folder.resolve("b.csv"), "x.jpg,three\n");

    assertThat(run(folder + "/a.csv", folder + "/b.csv", "--dry-run", "--limit", "2")).isZero();

    assertThat(out.toString())
        .matches(
            "(?s)SOURCE  PUBLISHED  LINKS  PROBLEMS\\R"
                + "a.csv +2 +0 +0\\R"
                + "b.csv +0 +0 +0  not to its end\\R"
                + "2 would be published, 0 problems in .*");
  }

  @Test
  void wrongWordsAreWrongUsage() throws Exception {
    onePair();

    assertThat(run(folder.toString(), "--format", "zip")).isEqualTo(2);
    assertThat(run(folder.toString(), "--columns", "picture=x")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);

    assertThat(err.toString())
        .contains("expected one of [FOLDER, CSV, TSV, JSONL, PARQUET, WEBDATASET, COCO]")
        .contains("--columns: 'picture' is no part of a pair; there are image, caption,")
        .contains("PATH");
  }

  @Test
  void jsonIsOneObjectWithTheProblems() {
    String json =
        PairstreamCommand.asJson(
            ImportSummary.of(
                List.of(new ImportRun.Result("list.csv", 30, 2, 1, 4000, ImportRun.Ending.WHOLE)),
                List.of(new Problem(3, "list.csv:3", "gone.jpg does not exist")),
                Optional.empty(),
                false,
                1.6));

    assertThat(json)
        .isEqualTo(
            "{\"published\":30,\"links\":2,\"problems\":[{\"entry\":3,\"where\":\"list.csv:3\",\"message\":\"gone.jpg"
                + " does not"
                + " exist\",\"about\":\"list.csv:3\"}],\"problem_count\":1,\"sources\":[{\"name\":"
                + "\"list.csv\",\"published\":30,\"links\":2,\"problems\":1,\"image_bytes\":4000,\"ending\":"
                + "\"WHOLE\"}],\"dry_run\":false,\"seconds\":1.6,\"pairs_per_second\":20,"
                + "\"megabytes_per_second\":0.0025}");
  }

  @Test
  void saysWhatWasJudged() {
    DecidedPairs.Counts decided =
        new DecidedPairs.Counts(
            1170,
            5,
            3,
            new TreeMap<>(Map.of("IMAGE_TOO_SMALL", 2L, "DUPLICATE_PAIR", 59L)),
            Optional.empty());

    assertThat(ImportSummary.sentence(decided))
        .isEqualTo(
            "judged meanwhile: 1,170 training, 5 validation, 3 test, 61 quarantined"
                + " (DUPLICATE_PAIR 59, IMAGE_TOO_SMALL 2)");
    assertThat(decided.mostFrequentReason()).contains("DUPLICATE_PAIR");
    assertThat(PairstreamCommand.asJson(decided))
        .isEqualTo(
            "{\"training\":1170,\"validation\":5,\"test\":3,\"quarantine\":"
                + "{\"DUPLICATE_PAIR\":59,\"IMAGE_TOO_SMALL\":2}}");
  }

  @Test
  void progressKeepsTheFirstProblemsAndPrintsFewer() {
    int problems = ImportProgress.KEPT_PROBLEMS + 5;
    try (ImportProgress progress = new ImportProgress(new PrintWriter(err, true))) {
      for (int i = 0; i < problems; i++) {
        progress.problem(new Problem(1, "list.csv:" + i, "bad \u001b[31m name"));
      }

      assertThat(progress.problems()).hasSize(ImportProgress.KEPT_PROBLEMS);
    }
    assertThat(err.toString())
        .hasLineCount(21)
        .doesNotContain("\u001b")
        .endsWith(
            String.format(
                "%nand 985 more problems, which are not shown; --failed FILE writes all of"
                    + " them%n"));
  }

  @Test
  void imageThatIsMissingIsToldOnceForAllItsCaptions() throws Exception {
    String images = "{'id':0,'file_name':'x.jpg'},{'id':1,'file_name':'1.jpg'}";
    String captions =
        IntStream.range(0, 10)
            .mapToObj(i -> "{'image_id':%d,'caption':'caption %d'}".formatted(i / 5, i))
            .collect(Collectors.joining(","));
    String coco = "{'images':[%s],'annotations':[%s]}".formatted(images, captions);
    onePair();
    Path file = Files.writeString(folder.resolve("captions.json"), coco.replace('\'', '"'));

    assertThat(run(file.toString(), "--dry-run")).isEqualTo(ExitStatus.FOUND_WRONG);

    assertThat(out.toString()).startsWith("5 would be published, 5 problems in ");
    assertThat(err.toString().lines())
        .satisfiesExactly(
            first -> assertThat(first).contains("annotation 6").contains("1.jpg does not exist"),
            last -> assertThat(last).startsWith("and 4 more problems"));
  }

  private void onePair() throws Exception {
    Files.writeString(folder.resolve("x.jpg"), "image");
    Files.writeString(folder.resolve("x.txt"), "A caption");
  }

  private int run(String... arguments) {
    Ended ended = Ended.after("import", arguments);
    out.write(ended.out());
    err.write(ended.err());
    return ended.status();
  }
}
