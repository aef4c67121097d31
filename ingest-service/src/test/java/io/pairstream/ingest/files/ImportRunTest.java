package io.pairstream.ingest.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.pairstream.ingest.files.ImportRun.Ending;
import io.pairstream.service.publish.PairTooLargeException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(600)
class ImportRunTest extends SourceFolder {

  private final StringWriter failed = new StringWriter();

  private final HeardImport heard = new HeardImport();

  @Test
  void stateNamesOnlyWhatIsAcknowledgedWithAllBeforeIt() throws IOException {
    write("a.csv", "x.png,one\nx.png,two\nx.png,three\nx.png,four\nx.png,five\n");
    image("x.png");
    ImportState.Source source = sources("a.csv").get(0);
    IllegalStateException lost = new IllegalStateException("lost");
    // The third is lost, and the fourth is in Kafka all the same.
    Function<SourceItem, CompletableFuture<?>> sink =
        item ->
            item.entry() == 3
                ? CompletableFuture.failedFuture(lost)
                : CompletableFuture.completedFuture(item);

    try (ImportState state = new ImportState(folder.resolve("state.json"), "o", false)) {
      assertThatThrownBy(() -> run(state, sink, List.of(source), 9)).isSameAs(lost);
    }

    try (ImportState kept = new ImportState(folder.resolve("state.json"), "o", false)) {
      ImportState.Progress progress = kept.find(source).orElseThrow();
      assertThat(progress.entry()).isEqualTo(1);
      assertThat(progress.whole()).isFalse();
    }
  }

  @Test
  void pairThatIsTooLargeIsAProblemOfItsOwn() throws IOException {
    write("a.csv", "x.png,one\nx.png,two\nx.png,three\n");
    image("x.png");
    Taken taken = new Taken();
    Function<SourceItem, CompletableFuture<?>> sink =
        item -> {
          if (item.entry() == 2) {
            throw new PairTooLargeException("the record", 2, 1);
          }
          return taken.apply(item);
        };

    List<ImportRun.Result> results = run(folder.resolve("none.state"), sink, sources("a.csv"), 9);

    assertThat(results).containsExactly(new ImportRun.Result("a.csv", 2, 0, 1, 28, Ending.WHOLE));
    assertThat(taken.captions).containsExactly("one", "three");
    assertThat(heard.problems).extracting(SourceItem.Problem::where).containsExactly("a.csv:2");
  }

  @Test
  void importGoesOnWhereItStopped() throws IOException {
    image("x.png");
    write("1.csv", "x.png,one\nx.png,two\ngone.png,three\nx.png,four\n");
    write("2.csv", "x.png,five\nx.png,six\n");
    Path stateFile = folder.resolve("state.json");
    List<ImportState.Source> sources = sources("1.csv", "2.csv");
    Taken first = new Taken();
    Taken second = new Taken();
    Taken third = new Taken();

    List<ImportRun.Result> begun = run(stateFile, first, sources, 2);
    List<ImportRun.Result> ended = run(stateFile, second, sources, Long.MAX_VALUE);
    List<ImportRun.Result> again = run(stateFile, third, sources, Long.MAX_VALUE);

    assertThat(first.captions).containsExactly("one", "two");
    assertThat(begun)
        .extracting(ImportRun.Result::ending)
        .containsExactly(Ending.LIMIT, Ending.LIMIT);
    assertThat(second.captions).containsExactly("four", "five", "six");
    assertThat(ended)
        .extracting(ImportRun.Result::ending)
        .containsExactly(Ending.WHOLE, Ending.WHOLE);
    assertThat(third.captions).isEmpty();
    assertThat(again).extracting(ImportRun.Result::ending).containsOnly(Ending.WHOLE_BEFORE);
    assertThat(heard.problems).extracting(SourceItem.Problem::where).containsExactly("1.csv:3");
    assertThat(heard.share).isEqualTo(1);
    assertThat(heard.notices).anyMatch(notice -> notice.startsWith("1.csv: goes on behind entry "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"folder", "shard.tar", "hf-captions.parquet", "links.parquet", "jsonl"})
  void stoppedImportGoesOnExactly(String kind) throws IOException {
    Path path = kind.contains(".") ? Fixtures.fixture(kind) : folder.resolve("data");
    if (kind.equals("jsonl")) {
      path = folder.resolve("list.jsonl");
      image("x.png");
      write(
          "list.jsonl",
          "{'file': 'x.png', 'caption': ['one', 'two']}\n".replace("'", "\"").repeat(3));
    } else if (kind.equals("folder")) {
      Files.createDirectories(path);
      for (String name : List.of("a", "b", "c")) {
        image("data/" + name + ".png");
        write("data/" + name + ".txt", "caption of " + name);
      }
    }
    write("empty.jsonl", "\n");
    List<ImportState.Source> sources =
        ItemsRead.sources(List.of(path.toString(), path("empty.jsonl")));
    Taken all = new Taken();
    run(folder.resolve("none"), all, sources, Long.MAX_VALUE);

    for (int stopBehind = 0; stopBehind <= all.captions.size(); stopBehind++) {
      Path stateFile = folder.resolve("state" + stopBehind);
      Taken taken = new Taken();
      Ending ending = stopped(stateFile, taken, sources, stopBehind);
      List<ImportRun.Result> rest = run(stateFile, taken, sources, Long.MAX_VALUE);

      assertThat(ending).isEqualTo(Ending.INTERRUPTED);
      assertThat(rest).last().extracting(ImportRun.Result::ending).isEqualTo(Ending.WHOLE);
      assertThat(taken.captions).as("behind " + stopBehind).isEqualTo(all.captions);
    }
  }

  private Ending stopped(
      Path stateFile, Taken taken, List<ImportState.Source> sources, int stopBehind) {
    try (ImportState state = new ImportState(stateFile, "o", false)) {
      AtomicReference<ImportRun> run = new AtomicReference<>();
      run.set(
          new ImportRun(
              Options.USUAL,
              item -> {
                if (taken.captions.size() == stopBehind - 1) {
                  run.get().stop();
                }
                return taken.apply(item);
              },
              state,
              heard,
              Writer.nullWriter()));
      if (stopBehind == 0) {
        run.get().stop();
      }
      List<ImportRun.Result> results = run.get().run(sources, Long.MAX_VALUE);
      return results.get(results.size() - 1).ending();
    }
  }

  @Test
  void sourceThatChangedIsImportedFromItsBeginning() throws IOException {
    image("x.png");
    write("1.csv", "x.png,one\nx.png,two\n");
    Path stateFile = folder.resolve("state.json");
    run(stateFile, new Taken(), sources("1.csv"), 9);
    write("1.csv", "x.png,zero\nx.png,one\nx.png,two\n");
    Taken sink = new Taken();

    run(stateFile, sink, sources("1.csv"), 9);

    assertThat(sink.captions).containsExactly("zero", "one", "two");
    assertThat(heard.notices)
        .containsExactly("1.csv has changed since; it is imported from its beginning");
  }

  @Test
  void stateOfOtherOptionsIsRefusedAndSoIsWhatIsNone() throws IOException {
    image("x.png");
    write("1.csv", "x.png,one\n");
    Path stateFile = folder.resolve("state.json");
    List<ImportState.Source> sources = sources("1.csv");
    run(stateFile, new Taken(), sources, 9);

    assertThatThrownBy(() -> new ImportState(stateFile, "p", false))
        .isInstanceOf(UnusableSourceException.class)
        .hasMessageContaining("other options");
    try (ImportState own = new ImportState(stateFile, "o", false)) {
      assertThat(own.find(sources.get(0))).get().matches(ImportState.Progress::whole);
      assertThatThrownBy(() -> new ImportState(stateFile, "o", false))
          .hasMessageContaining("another process notes there");
    }
    assertThatThrownBy(() -> new ImportState(folder.resolve("1.csv"), "o", false))
        .isInstanceOf(UnusableSourceException.class)
        .hasMessageContaining("is not what this command notes");
  }

  @Test
  void whatGaveNoPairIsWrittenWithHowManyRowsItStandsFor() throws IOException {
    image("x.png");
    write("1.csv", "x.png,one\ngone.png,two\nx.png,\"three\nx.png,four\n");

    run(folder.resolve("none.state"), new Taken(), sources("1.csv"), 9);

    String source = "{\"source\":\"" + path("1.csv") + "\",\"entry\":";
    assertThat(failed.toString().lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith(source + 2).endsWith("\"rows\":1}"),
            line -> assertThat(line).startsWith(source + 3).endsWith("\"rows\":2}"));
  }

  @Test
  void otherColumnsAreOtherOptions() {
    assertThat(columns("image=img,caption=en"))
        .isEqualTo(columns("caption=en,image=img"))
        .isNotEqualTo(columns("image=img,caption=zh"))
        .isNotEqualTo(Options.USUAL.toString())
        // An object's own name would be another one in each process, or the same for all.
        .doesNotContain("@");
  }

  private static String columns(String text) {
    return Options.with(options -> options.columns = ColumnNames.parse(text)).toString();
  }

  /** As after a kill between the last entry and the note that there is no other. */
  @Test
  void sourceWhoseLastEntryIsDoneIsWhole() throws IOException {
    image("x.png");
    write("1.csv", "x.png,one\n");
    Path stateFile = folder.resolve("none.state");
    List<ImportState.Source> alone = sources("1.csv");
    try (ImportState state = new ImportState(stateFile, "o", false)) {
      state.done(alone.get(0), 1, false);
      state.write();
    }

    assertThat(run(stateFile, new Taken(), alone, 9))
        .extracting(ImportRun.Result::ending, ImportRun.Result::published)
        .containsExactly(tuple(Ending.WHOLE, 0L));
  }

  @Test
  void sourceWithNothingInItIsNoSuccess() throws IOException {
    write("none.csv", "");
    write("names.csv", "file,caption\n");
    image("x.png");
    write("one.csv", "x.png,one\n");
    Path state = folder.resolve("none.state");

    for (String name : List.of("none.csv", "names.csv")) {
      List<ImportState.Source> alone = ItemsRead.sources(List.of(path(name)));
      assertThatThrownBy(() -> run(state, new Taken(), alone, 9))
          .isInstanceOf(UnusableSourceException.class)
          .hasMessageContaining(name + (name.startsWith("none") ? " is empty" : " has no row"));
      assertThatThrownBy(() -> WouldSend.of(alone, Options.USUAL, 9, heard))
          .isInstanceOf(UnusableSourceException.class);
    }
    List<ImportState.Source> all = sources("none.csv", "names.csv", "one.csv");
    assertThat(run(state, new Taken(), all, 9))
        .extracting(ImportRun.Result::ending)
        .containsExactly(Ending.BROKEN, Ending.WHOLE, Ending.WHOLE);
  }

  @Test
  void brokenSourceIsAProblemAndTheNextIsImported() throws IOException {
    Files.write(
        folder.resolve("1.tar.gz"),
        Arrays.copyOf(Files.readAllBytes(Fixtures.fixture("shard.tar.gz")), 400));
    Files.write(folder.resolve("2.parquet"), "no such thing".getBytes(UTF_8));
    Files.copy(Fixtures.fixture("shard.tar"), folder.resolve("3.tar"));
    Taken sink = new Taken();

    List<ImportRun.Result> outcomes =
        run(folder.resolve("none.state"), sink, ItemsRead.sources(List.of(folder.toString())), 99);

    assertThat(outcomes)
        .extracting(ImportRun.Result::ending)
        .containsExactly(Ending.BROKEN, Ending.BROKEN, Ending.WHOLE);
    assertThat(sink.captions).endsWith("one\nuno", "two", "三");
    assertThat(heard.problems)
        .extracting(SourceItem.Problem::message)
        .anyMatch(message -> message.startsWith("1.tar.gz cannot be read on after entry "))
        .anyMatch(message -> message.contains("2.parquet cannot be read"));
    // A trial reports the same.
    List<SourceItem.Problem> imported = List.copyOf(heard.problems);
    heard.problems.clear();
    assertThat(
            WouldSend.of(ItemsRead.sources(List.of(folder.toString())), Options.USUAL, 99, heard))
        .extracting(WouldSend::pairs)
        .containsExactlyElementsOf(outcomes.stream().map(ImportRun.Result::published).toList());
    assertThat(heard.problems).isEqualTo(imported);
  }

  @Test
  void foldersOfShardsAreReadInOrderOfNames() throws IOException {
    Files.createDirectories(folder.resolve("shards"));
    for (String name : List.of("b.tar", "a.tar", "c.parquet")) {
      Files.writeString(folder.resolve("shards").resolve(name), name);
    }

    assertThat(names(List.of(folder + "/shards/b.tar", folder + "/shards/b.tar")))
        .containsExactly("b.tar");
    assertThat(names(List.of(folder.resolve("shards").toString())))
        .containsExactly("a.tar", "b.tar", "c.parquet");
    assertThatThrownBy(() -> ItemsRead.sources(List.of(folder + "/a.zip")))
        .isInstanceOf(UnusableSourceException.class)
        .hasMessageEndingWith("a.zip does not exist");
  }

  @Test
  void aShardOfAFolderIsNoLinkThatLeadsOutOfIt(@TempDir Path elsewhere) throws IOException {
    Path snapshot = Files.createDirectories(folder.resolve("snapshot"));
    Path blob = Files.writeString(elsewhere.resolve("3f2a"), "a shard");
    Path shard = Files.createSymbolicLink(snapshot.resolve("train.parquet"), blob);

    assertThatThrownBy(() -> names(List.of(snapshot.toString())))
        .isInstanceOf(UnusableSourceException.class)
        .hasMessageContaining("train.parquet is behind a link that leads out of " + snapshot)
        .hasMessageContaining("--follow-links");
    assertThat(ItemsRead.sources(List.of(snapshot.toString()), true, notice -> {})).hasSize(1);
    assertThat(names(List.of(shard.toString()))).containsExactly("train.parquet");
  }

  private List<ImportRun.Result> run(
      Path stateFile,
      Function<SourceItem, CompletableFuture<?>> sink,
      List<ImportState.Source> sources,
      long limit) {
    try (ImportState state = new ImportState(stateFile, "o", false)) {
      return run(state, sink, sources, limit);
    }
  }

  private List<ImportRun.Result> run(
      ImportState state,
      Function<SourceItem, CompletableFuture<?>> sink,
      List<ImportState.Source> sources,
      long limit) {
    return new ImportRun(Options.USUAL, sink, state, heard, failed).run(sources, limit);
  }

  private List<String> names(List<String> paths) {
    return ItemsRead.sources(paths).stream()
        .map(source -> source.path().getFileName().toString())
        .toList();
  }

  private List<ImportState.Source> sources(String... names) {
    return ItemsRead.sources(Arrays.stream(names).map(this::path).toList());
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private void image(String name) throws IOException {
    write(name, "image of " + name);
  }

  /** Acknowledges at once. */
  private static final class Taken implements Function<SourceItem, CompletableFuture<?>> {

    private final List<String> captions = new ArrayList<>();

    @Override
    public CompletableFuture<?> apply(SourceItem item) {
      captions.add(
          item instanceof SourceItem.Pair pair
              ? pair.pair().getCaption()
              : ((SourceItem.Link) item).link().getCaption());
      return CompletableFuture.completedFuture(item);
    }
  }
}
