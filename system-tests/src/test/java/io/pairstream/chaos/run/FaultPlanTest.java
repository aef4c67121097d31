package io.pairstream.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.chaos.run.FaultPlan.Share;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FaultPlanTest {

  private static final List<Share> SHARES =
      List.of(
          new Share("kill", 6, 3, true),
          new Share("freeze", 1, 1, true),
          new Share("disk", 1, 0, false));

  @Test
  void isTheSameForTheSameSeedAndAnotherForAnother() {
    assertThat(FaultPlan.draw(7, 20_000, 30, SHARES, 0.3))
        .isEqualTo(FaultPlan.draw(7, 20_000, 30, SHARES, 0.3))
        .isNotEqualTo(FaultPlan.draw(8, 20_000, 30, SHARES, 0.3));
  }

  @Test
  void hasEachKindAsOftenAsItMustAndTheRestByWeight() {
    List<PlannedFault> plan = FaultPlan.draw(7, 100_000, 408, SHARES, 0);

    Map<String, Long> times =
        plan.stream().collect(Collectors.groupingBy(PlannedFault::kind, Collectors.counting()));
    assertThat(times).containsEntry("disk", 1L);
    assertThat(times.get("kill")).isBetween(270L, 350L);
    assertThat(times.get("freeze")).isEqualTo(407 - times.get("kill"));
  }

  @Test
  void spreadsOverTheRecordsInOrder() {
    List<PlannedFault> plan = FaultPlan.draw(7, 20_000, 9, SHARES, 0);

    assertThat(plan).extracting(PlannedFault::number).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(plan)
        .extracting(PlannedFault::afterAcknowledged)
        .isSorted()
        .allSatisfy(place -> assertThat(place).isBetween(800L, 19_200L));
    assertThat(plan.get(0).afterAcknowledged()).isLessThan(3_000);
    assertThat(plan.get(8).afterAcknowledged()).isGreaterThan(16_000);
  }

  @Test
  void overlapsInPairsOfKindsThatMay() {
    List<PlannedFault> plan = FaultPlan.draw(7, 100_000, 400, SHARES, 0.5);

    Map<String, PlannedFault> byKind =
        plan.stream()
            .collect(Collectors.toMap(PlannedFault::kind, Function.identity(), (a, b) -> b));
    assertThat(byKind.get("disk").overlapsNext()).isFalse();
    assertThat(plan.stream().filter(PlannedFault::overlapsNext).count()).isBetween(80L, 200L);
    for (int i = 0; i + 1 < plan.size(); i++) {
      if (plan.get(i).overlapsNext()) {
        assertThat(plan.get(i + 1).overlapsNext()).isFalse();
        assertThat(plan.get(i + 1).kind()).isNotEqualTo("disk");
      }
    }
  }

  @Test
  void refusesFewerFaultsThanMustCome() {
    assertThatThrownBy(() -> FaultPlan.draw(7, 20_000, 7, SHARES, 0))
        .hasMessage("chaos.faults must be at least 8, so that each kind comes; was 7");
  }
}
