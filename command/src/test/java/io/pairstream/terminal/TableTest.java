package io.pairstream.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableTest {

  @Test
  void columnsAreAsWideAsTheirWidestCellAndNumbersStandAtTheRight() {
    Table table =
        new Table()
            .row("NAME", "PAIRS", "SHARE")
            .row("猫\u001b[2J", 1234L, new Table.Figure("7 %"), "a remark")
            .row("dog", 5);

    assertThat(table.lines())
        .containsExactly("NAME    PAIRS  SHARE", "猫 [2J  1,234    7 %  a remark", "dog         5");
  }

  @Test
  void noRowsAreNoLines() {
    assertThat(new Table().lines()).isEmpty();
  }
}
