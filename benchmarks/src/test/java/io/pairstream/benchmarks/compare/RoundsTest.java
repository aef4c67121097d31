package io.pairstream.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.benchmarks.Contender;
import io.pairstream.benchmarks.Pass;
import io.pairstream.benchmarks.compare.Corpus.FileSet;
import io.pairstream.benchmarks.compare.Corpus.Member;
import io.pairstream.benchmarks.compare.Report.Measured;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With contenders that are a line of shell. */
class RoundsTest {

  /** Says as many pictures as it was asked passes so far. */
  private static final String COUNTS =
      "echo 'ready {}'; n=0; while read line; do n=$((n+1)); echo done $n 0; done";

  private static final String DIES_AT_THE_THIRD =
      "echo 'ready {}'; read line; echo done 1 0; read line; echo done 1 0; read line";

  private static final Corpus ONE_JPEG =
      new Corpus(Path.of("."), Map.of(FileSet.JPEG, List.of(new Member(Path.of("a.jpg"), 1, 1))));

  @TempDir private Path directory;

  private final List<Contender> contenders = new ArrayList<>();
  private final Map<String, String> absent = new TreeMap<>();

  @AfterEach
  void close() {
    contenders.forEach(Contender::close);
  }

  @Test
  void theFirstRoundOfEachKindDoesNotCount() throws Exception {
    start("counts", COUNTS);

    Report results = new Rounds(contenders, absent, 0).run(2, ONE_JPEG);

    Measured counted = results.contenders().get(0);
    assertThat(images(counted.alone())).containsExactly(2L, 3L);
    assertThat(images(counted.together())).containsExactly(5L, 6L);
  }

  @Test
  void aContenderThatDiesIsAbsentAndTheOthersGoOn() throws Exception {
    start("dies", DIES_AT_THE_THIRD);
    start("counts", COUNTS);

    Report results = new Rounds(contenders, absent, 0).run(3, ONE_JPEG);

    assertThat(absent).containsOnlyKeys("dies");
    assertThat(results.contenders()).extracting(Measured::name).containsExactly("counts");
    assertThat(images(results.contenders().get(0).alone())).containsExactly(2L, 3L, 4L);
  }

  private void start(String name, String shell) throws Exception {
    contenders.add(
        Contender.start(name, List.of("sh", "-c", shell), directory.resolve("complaints")));
  }

  private static List<Long> images(List<Map<FileSet, Pass>> rounds) {
    return rounds.stream().map(round -> round.get(FileSet.JPEG).images()).toList();
  }
}
