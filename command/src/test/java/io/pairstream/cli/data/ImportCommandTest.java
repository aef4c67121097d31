package io.pairstream.cli.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cli.Ended;
import io.pairstream.curation.history.DecidedPairs;
import io.pairstream.curation.sentence.AnswerJson;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

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
  void aDryRunSaysWhatWouldBeSentAndNeedsNoBroker() throws Exception {
    onePair();
    Path list = folder.resolve("l.csv");
    Files.writeString(list, "photo,title,width\nx.jpg,one,8\ngone.jpg,two,9\n");

    assertThat(run(list.toString(), "--dry-run", "--bootstrap-servers", "127.0.0.1:1"))
        .isEqualTo(1);

    assertThat(out.toString().lines())
        .containsExactly(
            list + ": 1 pair, 0 links, 1 problem; nothing was sent",
            "  photo as image, in 2 entries",
            "  title as caption, in 2 entries",
            "  width as an annotation, in 2 entries");
    assertThat(err.toString()).contains("'title' is taken for the caption", "gone.jpg");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void unreachableBrokerOnAFullDiskIsSaidToBeThat() throws Exception {
    onePair();
    // A file system that never has room.
    String full = "/proc";

    assertThat(
            run(
                folder.toString(),
                "--resume=" + folder.resolve("state.json"),
                "--bootstrap-servers=127.0.0.1:1",
                "--schema-registry=http://127.0.0.1:1",
                "--data-dir=" + full))
        .isEqualTo(3);

    assertThat(err.toString())
        .contains("does not answer in time", "; the disk of /proc has less than 256 MiB left")
        .hasLineCount(1);
  }

  @Test
  void secondImportOfTheSameIsRejected() throws Exception {
    onePair();
    Path state = folder.resolve("state.json");

    try (ImportState first = new ImportState(state, "", true)) {
      assertThat(first.isBegun()).isFalse();
      assertThat(run(folder.toString(), "--resume", state.toString())).isEqualTo(3);
    }

    assertThat(err.toString())
        .startsWith("pairstream: " + state + " cannot be used: another process notes there")
        .hasLineCount(1);
  }

  @Test
  void wrongWordsAreWrongUsage() throws Exception {
    onePair();

    assertThat(run(folder.toString(), "--columns", "picture=x")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);

    assertThat(err.toString())
        .contains("--columns: 'picture' is no part of a pair; there are image, caption,", "PATH");
  }

  @Test
  void whatWasJudgedIsJsonWithTheReasons() {
    DecidedPairs.Counts decided =
        new DecidedPairs.Counts(
            1170,
            5,
            3,
            new TreeMap<>(Map.of("IMAGE_TOO_SMALL", 2L, "DUPLICATE_PAIR", 59L)),
            Optional.empty());

    assertThat(decided.mostFrequentReason()).contains("IMAGE_TOO_SMALL");
    assertThat(ImportCommand.inWords(decided))
        .isEqualTo(
            "judged meanwhile: 1,170 training, 5 validation, 3 test, 2 quarantined"
                + " (IMAGE_TOO_SMALL 2), 59 sent twice, counted once");
    assertThat(AnswerJson.text(decided))
        .isEqualTo(
            "{\"training\":1170,\"validation\":5,\"test\":3,\"quarantine\":"
                + "{\"DUPLICATE_PAIR\":59,\"IMAGE_TOO_SMALL\":2}}");
  }

  @Test
  void progressKeepsTheFirstProblemsAndPrintsFewer() {
    int problems = ImportProgress.KEPT_PROBLEMS + 5;
    try (ImportProgress progress = new ImportProgress(new PrintWriter(err, true))) {
      for (int i = 0; i < problems; i++) {
        progress.problem(new Problem(1, "list.csv:" + i, "bad \u001b[31m name " + i));
      }

      ImportProgress.Summary summary = progress.summary(List.of(), null, 1);
      assertThat(summary.problems()).hasSize(ImportProgress.KEPT_PROBLEMS);
      assertThat(summary.problemCount()).isEqualTo(problems);
    }
    assertThat(err.toString())
        .hasLineCount(21)
        .doesNotContain("\u001b")
        .endsWith(
            String.format(
                "%nand 985 more problems, not shown; --failed FILE writes all of" + " them%n"));
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
