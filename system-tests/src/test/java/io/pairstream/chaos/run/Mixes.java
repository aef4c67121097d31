package io.pairstream.chaos.run;

import io.pairstream.chaos.run.FaultPlan.Share;
import java.util.List;
import java.util.Map;

/** How often each kind of fault comes. */
final class Mixes {

  private static final String INSTANCE = "kill -9 of an instance";

  /** In the gate: what must come there; of further faults, all are kills of instances. */
  static final ChaosRun.Mix GATE =
      possible -> {
        Map<String, Integer> must =
            Map.of(
                INSTANCE,
                6,
                "kill -9 of an instance that stays away for 40 s",
                1,
                "kill -9 of a partition leader",
                1,
                "kill -9 of the active controller",
                1,
                "kill -9 of a transaction coordinator",
                1);
        return possible.stream()
            .filter(must::containsKey)
            .map(kind -> new Share(kind, must.get(kind), kind.equals(INSTANCE) ? 1 : 0, false))
            .toList();
      };

  /** In the soak: each kind once, and then kills of one three times as often as others. */
  static final ChaosRun.Mix SOAK =
      possible ->
          possible.stream()
              .map(kind -> new Share(kind, 1, killsOne(kind) ? 3 : 1, overlaps(kind)))
              .toList();

  private Mixes() {}

  private static boolean killsOne(String kind) {
    return kind.startsWith("kill -9") && !kind.contains("all brokers");
  }

  /**
   * Of two that take brokers or disks away at once, none can promise an end in time; and one that
   * waits for a start would keep the one before it from being healed. Two image workers that are
   * hurt one after the other may have been at the same good picture, which then is turned away, as
   * it should be. One whose state is deleted while it runs is killed when it is healed: overlapping
   * a kill, that second one would count as the first one's time.
   */
  private static boolean overlaps(String kind) {
    return List.of("instance", "front door").stream().anyMatch(kind::contains)
        && List.of("newer schema", "rolling", "while the instance runs").stream()
            .noneMatch(kind::contains);
  }
}
