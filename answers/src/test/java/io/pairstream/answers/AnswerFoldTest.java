package io.pairstream.answers;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.service.table.Database;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerFoldTest {

  @TempDir private Path folder;

  /** Data sets have millions of pairs, and these questions are asked every second. */
  @ParameterizedTest
  @ValueSource(strings = {AnswerFold.ERASED, RefusalTable.DUE, RefusalTable.TAKEN_DOWN})
  void noQuestionGoesThroughAllPairs(String question) {
    try (Database table = Database.open(folder.resolve("table.db"))) {
      AnswerFold.SCHEMA.forEach(table::execute);

      List<String> plan = table.query("EXPLAIN QUERY PLAN " + question, row -> row.getString(4));

      assertThat(plan)
          .isNotEmpty()
          .noneMatch(step -> step.matches("SCAN (said|answer|refused|refused_under)\\b.*"));
    }
  }
}
