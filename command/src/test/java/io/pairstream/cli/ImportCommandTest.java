package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.ingest.files.BulkImport;
import io.pairstream.ingest.files.BulkImport.Ending;
import io.pairstream.ingest.files.ImportRun;
import io.pairstream.ingest.files.SourceItem.Problem;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(60)
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
  void emptyFolderIsWrongUsage() {
    assertThat(run(folder.toString())).isEqualTo(2);

    assertThat(err.toString()).contains("holds no images").hasLineCount(1);
  }

  @Test
  void unknownTopicIsWrongUsage() throws Exception {
    onePair();

    assertThat(run(folder.toString(), "--topic", "training")).isEqualTo(2);

    assertThat(err.toString()).contains("--topic must be one of [crowdsourced, scraped]");
  }

  @Test
  void negativeLimitIsWrongUsage() throws Exception {
    onePair();

    assertThat(run(folder.toString(), "--limit", "-1")).isEqualTo(2);
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
  void jsonIsOneObjectWithTheProblems() {
    String json =
        new ImportSummary(
                List.of(
                    new ImportRun.Outcome(
                        "list.csv", new BulkImport.Result(30, 2, 1, 4000, Ending.WHOLE))),
                List.of(new Problem(3, "list.csv:3", "gone.jpg does not exist")),
                1.6,
                false)
            .json();

    assertThat(json)
        .isEqualTo(
            "{\"published\":30,\"links\":2,\"problems\":[{\"where\":\"list.csv:3\",\"message\":"
                + "\"gone.jpg does not exist\"}],\"problem_count\":1,\"sources\":[{\"name\":"
                + "\"list.csv\",\"published\":30,\"links\":2,\"problem_count\":1,\"ending\":"
                + "\"WHOLE\"}],\"dry_run\":false,\"seconds\":1.6,\"pairs_per_second\":20.0}");
  }

  @Test
  void progressKeepsTheFirstProblemsAndPrintsAll() {
    int problems = ImportProgress.KEPT_PROBLEMS + 5;
    try (ImportProgress progress = new ImportProgress(new PrintWriter(err), false, -1)) {
      for (int i = 0; i < problems; i++) {
        progress.problem(new Problem(1, "list.csv:" + i, "bad \u001b[31m name"));
      }

      assertThat(progress.problems()).hasSize(ImportProgress.KEPT_PROBLEMS);
    }
    assertThat(err.toString()).hasLineCount(problems).doesNotContain("\u001b");
  }

  private void onePair() throws Exception {
    Files.writeString(folder.resolve("x.jpg"), "image");
    Files.writeString(folder.resolve("x.txt"), "A caption");
  }

  private int run(String... arguments) {
    return new CommandLine(new ImportCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
