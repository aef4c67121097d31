package io.pairstream.chaos.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlikeTest {

  @Test
  void whatMostHoldIsRightWhicheverCameFirst() {
    Alike<String, String> steps = new Alike<>();
    steps.add("cut", "x", 1);
    steps.add("cut", "Probe", 2);
    steps.add("small", "Resize", 3);
    steps.add("cut", "Probe", 4);
    steps.add("cut", "y", 5);

    List<String> odd = new ArrayList<>();
    steps.odd((site, held, rightSite, right) -> odd.add(site + held + rightSite + right));

    assertThat(odd).containsExactly("1x2Probe", "5y2Probe");
  }
}
